"""VidraResources that will be deleted once others have taken over. The others take the fields, whatever the values."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager

from vidra.kube.signal import Signal


class BeingDeleted(Container[str]):
    """Names, by the sync that deletes them. Each sync sets its own at every reconcile."""

    def __init__(self) -> None:
        self._by_sync: dict[str, frozenset[str]] = {}
        self._added: Signal[()] = Signal()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call this whenever names are added."""
        self._added.listen(listener)

    def note(self, sync: str, names: Iterable[str]) -> None:
        """Set the names for a sync, in place of those from before."""
        before, now = self._by_sync.pop(sync, frozenset()), frozenset(names)
        if now:
            self._by_sync[sync] = now
        if now - before:
            self._added.notify()

    def __contains__(self, name: object) -> bool:
        return any(name in names for names in self._by_sync.values())


class Handovers(Container[str]):
    """Syncs that are distributing their manifests just now."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._ended: Signal[str] = Signal()

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call this with the name of each sync that has finished."""
        self._ended.listen(listener)

    @contextmanager
    def mark(self, sync: str) -> Iterator[None]:
        """While this context lasts, the sync is distributing."""
        self._names.add(sync)
        try:
            yield
        finally:
            self._names.discard(sync)
            self._ended.notify(sync)

    def __contains__(self, name: object) -> bool:
        return name in self._names
