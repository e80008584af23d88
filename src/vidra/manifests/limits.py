"""How much of a stranger's text is read before it is refused."""

import msgspec

_DEEPEST = 200  # a level costs two frames of the interpreter, which has a thousand


class Limits(msgspec.Struct, frozen=True):
    """Limits on one text; what is beyond them becomes a problem.

    Raises:
        ValueError: ``depth`` is not between 1 and 200.
    """

    bytes: int = 8 * 1024 * 1024
    """Size of the text as it arrives; also how many characters aliases may add to it."""
    depth: int = 100
    """Maps and lists inside each other."""
    nodes: int = 1_000_000
    """Keys, values, maps and lists in the whole text, aliases written out; aliases may make a quarter of them."""
    objects: int = 50_000
    """Objects, and documents, in the whole text."""

    def __post_init__(self) -> None:
        if not 1 <= self.depth <= _DEEPEST:
            raise ValueError(f"depth must be between 1 and {_DEEPEST}")
