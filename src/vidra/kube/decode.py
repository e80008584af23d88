"""Decodes an API server's answer; anything else counts as no answer.

Invariant: an object that somebody nests too deep stops nobody but itself. An API server stores what is 10,000 levels
deep, and whoever may write one object of a kind can do that, in `managedFields` of a ConfigMap too. Such an object
comes in one watch, or one page, with all others of its kind. So what is read into a struct is read again without what
lies too deep. What is read as a whole, to be sent again, is refused.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar, cast

import msgspec

from vidra.api.typed_json import TooDeepError, UnreadableError
from vidra.api.typed_json import decode as read
from vidra.kube.errors import UnintelligibleError

T = TypeVar("T")
ANYTHING = cast("type[Any]", Any)
"""Any value that JSON has."""
DEEPEST = 250
"""Levels that are kept of what is too deep: more than a manifest has (`manifests/limits.py`), with its field set."""
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[][{}]', re.DOTALL)


def decode(data: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Decode an API server's answer.

    Raises:
        UnintelligibleError: It is not an answer of an API server.
    """
    try:
        try:
            return read(data, kind)
        except TooDeepError:
            if not _is_struct(kind):
                raise
            return read(without_depth(bytes(data)), kind)
    except UnreadableError as error:
        raise UnintelligibleError(f"what answers does not talk like an API server: {error}") from None


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def without_depth(text: bytes) -> bytes:
    """JSON with null in the place of every map and list that lies deeper than `DEEPEST`; in one run over the text."""
    kept, start, depth = [], 0, 0
    for match in _STRING_OR_BRACKET.finditer(text):
        found = match.group()
        if found in b"{[":
            depth += 1
            if depth == DEEPEST + 1:
                kept += [text[start : match.start()], b"null"]
        elif found in b"}]":
            if depth == DEEPEST + 1:
                start = match.end()
            depth -= 1
    return b"".join((*kept, text[start:])) if depth <= DEEPEST else text
