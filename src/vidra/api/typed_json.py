"""JSON that comes from outside → a value of the shape that is read of it; whatever is wrong with it is one error.

Everything that an Infrahub, an API server or a caller sends goes through here. How many bytes it may have is for who
receives it; how deep it may be is not for the interpreter to find out: too deep is as unreadable as no JSON at all.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from vidra.api.quoting import one_line

T = TypeVar("T")

LINE = 300
"""Characters of an outsider's text that a message repeats."""
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


class UnreadableError(Exception):
    """A text is no JSON, or too deep to be read; the message repeats nothing of it."""


class TooDeepError(UnreadableError):
    """A text is nested deeper than the interpreter can read."""


class OtherShapeError(UnreadableError):
    """A text is JSON, but of another shape; the message says where."""


def decode(text: bytes | msgspec.Raw, kind: type[T]) -> T:
    """A value from its JSON, by a decoder that is made once per type.

    Raises:
        UnreadableError: It is none, or no such value.
    """
    found = _decoders.get(kind)
    if found is None:
        found = _decoders[kind] = msgspec.json.Decoder(kind)
    try:
        value: T = found.decode(text)
    except msgspec.ValidationError as error:
        raise OtherShapeError(one_line(str(error), LINE)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UnreadableError("it is no JSON") from None
    except RecursionError:
        raise TooDeepError("it is nested too deep") from None
    return value


def as_text(value: Any) -> str:
    """A value of unknown shape, as JSON; nothing when it is too deep for that."""
    try:
        return msgspec.json.encode(value).decode()
    except RecursionError:
        return ""
