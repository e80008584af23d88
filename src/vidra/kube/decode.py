"""Decodes an API server's answer; anything else counts as no answer."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import msgspec

from vidra.kube.errors import UnintelligibleError
from vidra.manifests.typed_json import UnreadableError
from vidra.manifests.typed_json import decode as read

T = TypeVar("T")
ANYTHING = cast("type[Any]", Any)
"""Any value that JSON has."""


def decode(data: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Decode an API server's answer.

    Raises:
        UnintelligibleError: It is not an answer of an API server.
    """
    try:
        return read(data, kind)
    except UnreadableError as error:
        raise UnintelligibleError(f"what answers does not talk like an API server: {error}") from None
