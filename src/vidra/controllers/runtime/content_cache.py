"""Texts that stay in memory between download and apply, up to a size limit."""

from __future__ import annotations

from collections import OrderedDict

import msgspec

from vidra.api.resource import Content

CACHED = 32 << 20
"""Bytes of text."""


class Text(msgspec.Struct, frozen=True):
    """A text with the stamp that was stored with it."""

    stamp: str
    text: bytes


class TextCache:
    """The most recently used texts, by everything that identifies them."""

    def __init__(self) -> None:
        self._texts: OrderedDict[tuple[str, ...], Text] = OrderedDict()
        self._size = 0

    def get(self, content: Content) -> Text | None:
        """A text, if it is cached."""
        return self._texts.get(_key(content))

    def forget(self, content: Content) -> None:
        """Remove a text."""
        if gone := self._texts.pop(_key(content), None):
            self._size -= len(gone.text)

    def remember(self, content: Content, text: Text) -> None:
        """Cache a text; the least recently used ones are evicted."""
        self.forget(content)
        self._size += len(text.text)
        self._texts[_key(content)] = text
        while self._size > CACHED:
            self._size -= len(self._texts.popitem(last=False)[1].text)


def _key(content: Content) -> tuple[str, ...]:
    return (content.checksum, *content.secrets)
