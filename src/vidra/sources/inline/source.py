"""The ConfigMaps and Secrets with one label, at one moment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from vidra.api.reasons import Reason
from vidra.kube.types import ConfigMap, Secret
from vidra.sources.protocol import Listing, SourceError, Unit


class InlineSource:
    """Implements `vidra.sources.protocol.Source`.

    Args:
        most: Keys that one sync takes.
    """

    def __init__(self, label: str, objects: Iterable[ConfigMap | Secret], most: int) -> None:
        self._label = label
        self._objects = tuple(objects)
        self._most = most
        self._texts: dict[str, bytes] = {}

    async def list(self) -> Listing:
        """One unit for each key; its marker is the MD5 of its value."""
        self._texts = {id_: text for item in self._objects for id_, text in _texts_of(item)}
        if len(self._texts) > self._most:
            raise SourceError(
                Reason.TOO_LARGE,
                f"the ConfigMaps and Secrets labelled {self._label} have {len(self._texts):,} keys, and one sync takes "
                f"{self._most:,}: nothing of it is read; give them several labels and each a sync, or raise the "
                "operator's --max-artifacts",
            )
        return Listing(tuple(Unit(id_, _md5(text)) for id_, text in sorted(self._texts.items())))

    async def fetch(self, unit: Unit) -> bytes:
        """The value of a key, as it was listed."""
        return self._texts[unit.id]


def _texts_of(item: ConfigMap | Secret) -> Iterator[tuple[str, bytes]]:
    meta = item.metadata
    for key in item.data:
        yield f"{item.kind.lower()}/{meta.namespace}/{meta.name}/{key}", _value(item, key)


def _value(item: ConfigMap | Secret, key: str) -> bytes:
    """A value, decoded.

    Raises:
        SourceError: It is not base64. The API server stores no such Secret.
    """
    if isinstance(item, ConfigMap):
        return item.data[key].encode()
    try:
        return item.value(key)
    except ValueError as error:
        message = f"the Secret {item.metadata.namespace}/{item.metadata.name} cannot be read: {error}"
        raise SourceError(Reason.UNSUPPORTED_CONTENT, message) from None


def _md5(text: bytes) -> str:
    return hashlib.md5(text, usedforsecurity=False).hexdigest()
