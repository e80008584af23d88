"""A key of a map → the text that JSON has for it."""

from vidra.manifests.numbers import as_key, fits_int64
from vidra.manifests.problems import ProblemReason, RefusedError
from vidra.manifests.scalars import Scalar


def key_text(key: Scalar) -> str:
    """The text of a key.

    Raises:
        RefusedError: kubectl has none for it.
    """
    if isinstance(key, str):
        return key
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, float):
        return as_key(key)
    if key is None or not fits_int64(key):
        raise invalid_key()
    return str(key)


def invalid_key() -> RefusedError:
    """What to say of a key that is no text and cannot become one."""
    return RefusedError(ProblemReason.INVALID_KEY, "a key of a map is empty, a huge number, a map or a list; quote it")
