"""The built-in kinds that Vidra reads: Secret and ConfigMap, or any kind's metadata alone."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from vidra.api.meta import Meta


class Secret(msgspec.Struct, frozen=True, rename="camel"):
    """v1 Secret."""

    metadata: Meta
    data: dict[str, str] = {}
    type: str = ""
    api_version: str = "v1"
    kind: str = "Secret"

    def __repr__(self) -> str:
        """Never its data."""
        return f"Secret({self.metadata.namespace}/{self.metadata.name})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """The same for rich, which does not call __repr__."""
        return [("name", f"{self.metadata.namespace}/{self.metadata.name}")]

    def value(self, key: str) -> bytes:
        """A value, decoded; empty when it is missing.

        Raises:
            ValueError: It is not base64.
        """
        try:
            return base64.b64decode(self.data.get(key) or "", validate=True)
        except binascii.Error:
            raise ValueError(f"{key} is not base64") from None


class ConfigMap(msgspec.Struct, frozen=True, rename="camel"):
    """v1 ConfigMap."""

    metadata: Meta
    data: dict[str, str] = {}
    api_version: str = "v1"
    kind: str = "ConfigMap"


class PartialObjectMetadata(msgspec.Struct, frozen=True):
    """The metadata of an object of any kind."""

    metadata: Meta
