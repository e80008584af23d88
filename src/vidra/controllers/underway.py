"""Syncs whose VidraResources are being brought up to date right now: some have their new text already, some not."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager


class Underway(Container[str]):
    """Names of syncs."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._listeners: list[Callable[[str], None]] = []

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call this with the name of each sync that is through."""
        self._listeners.append(listener)

    @contextmanager
    def mark(self, sync: str) -> Iterator[None]:
        """While this lasts, the sync is under way."""
        self._names.add(sync)
        try:
            yield
        finally:
            self._names.discard(sync)
            for listener in self._listeners:
                listener(sync)

    def __contains__(self, name: object) -> bool:
        return name in self._names
