"""Texts that stay in memory between fetching and applying, so much of them."""

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
    """The texts that were used last, by all that says which they are."""

    def __init__(self) -> None:
        self._texts: OrderedDict[tuple[str, ...], Text] = OrderedDict()
        self._size = 0

    def get(self, content: Content) -> Text | None:
        """A text, if it is here."""
        return self._texts.get(_key(content))

    def forget(self, content: Content) -> None:
        """Have it no longer."""
        if gone := self._texts.pop(_key(content), None):
            self._size -= len(gone.text)

    def remember(self, content: Content, text: Text) -> None:
        """Have it, in place of those that nobody used for longest."""
        self.forget(content)
        self._size += len(text.text)
        self._texts[_key(content)] = text
        while self._size > CACHED:
            self._size -= len(self._texts.popitem(last=False)[1].text)


def _key(content: Content) -> tuple[str, ...]:
    return (content.checksum, *content.secrets)
