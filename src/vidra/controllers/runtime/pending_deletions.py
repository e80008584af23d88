"""VidraResources that are about to go, once others have taken over: those take the fields, whatever the values."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager

from vidra.kube.signal import Signal


class BeingDeleted(Container[str]):
    """Names by the sync that lets them go. Each sync says at every pass who its own are."""

    def __init__(self) -> None:
        self._by_sync: dict[str, frozenset[str]] = {}
        self._added: Signal[()] = Signal()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call this whenever further names come in."""
        self._added.listen(listener)

    def note(self, sync: str, names: Iterable[str]) -> None:
        """These, and no others, of a sync are about to go."""
        before, now = self._by_sync.pop(sync, frozenset()), frozenset(names)
        if now:
            self._by_sync[sync] = now
        if now - before:
            self._added.notify()

    def __contains__(self, name: object) -> bool:
        return any(name in names for names in self._by_sync.values())


class Handovers(Container[str]):
    """Names of syncs."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._ended: Signal[str] = Signal()

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call this with the name of each sync that is through."""
        self._ended.listen(listener)

    @contextmanager
    def mark(self, sync: str) -> Iterator[None]:
        """While this lasts, the sync is under way."""
        self._names.add(sync)
        try:
            yield
        finally:
            self._names.discard(sync)
            self._ended.notify(sync)

    def __contains__(self, name: object) -> bool:
        return name in self._names
