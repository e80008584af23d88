"""What the documents of one text may still use up together."""

from vidra.manifests.limits import Limits
from vidra.manifests.problems import ProblemReason, RefusedError


class Budget:
    """The rest of a text's limits.

    A document that is refused gives back its nodes, so that a bomb takes nothing from its neighbours, but not what
    was copied for it: that work was done.
    """

    __slots__ = ("characters", "copies", "depth", "nodes")

    def __init__(self, limits: Limits) -> None:
        self.depth = limits.depth
        self.nodes = limits.nodes
        self.copies = limits.nodes // 4
        self.characters = limits.bytes

    def take_copies(self, number: int) -> None:
        """Use up copies of nodes.

        Raises:
            RefusedError: There are not as many left.
        """
        if number > self.copies:
            raise too_many_aliases()
        self.copies -= number


def too_many_aliases() -> RefusedError:
    """What to say of a document that its aliases make too large."""
    message = "the aliases (*name) make the document too large; write fewer of them, or divide the text"
    return RefusedError(ProblemReason.TOO_MANY_ALIASES, message)


def too_many_nodes() -> RefusedError:
    """What to say of a document that is too large without aliases."""
    return RefusedError(ProblemReason.TOO_MANY_NODES, "the text holds too many keys and values; divide it into several")


def too_deep(depth: int) -> RefusedError:
    """What to say of a document with too many levels."""
    message = f"maps and lists are more than {depth} levels deep; make the document flatter"
    return RefusedError(ProblemReason.TOO_DEEP, message)
