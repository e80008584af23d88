"""The informer of one kind in one cluster, as far as Vidra may watch it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import msgspec

from vidra.api.health import CURRENT, Health
from vidra.kube.client import JSON, Client
from vidra.kube.detached_task import apart
from vidra.kube.discovery import Kind
from vidra.kube.errors import ApiError, UnreachableError
from vidra.kube.object_cache import Change, Memory
from vidra.kube.object_snapshot import SELECTOR, HealthEvaluator, ObjectSnapshot, snapshot_of
from vidra.kube.partial_metadata import METADATA_ONLY, LiveObject, ObjectForHealth
from vidra.kube.visibility import Sight
from vidra.kube.watch import Watch

EVERYWHERE = ""
"""In place of a namespace."""


class Glimpse(msgspec.Struct, frozen=True):
    """An object as far as Vidra sees it."""

    sight: Sight
    state: ObjectSnapshot | None = None
    """None when it does not exist, which is certain only if it is seen."""
    why: str = ""
    """Why it is not seen; empty when it is."""
    asked: bool = False
    """No watch shows it: this is its state when Vidra read or wrote it."""


UNSEEN = Glimpse(Sight.NOT_YET)


class Scope:
    """One watch of a kind, in all namespaces or in one; the sink for its events."""

    def __init__(self, view: KindInformer, namespace: str) -> None:
        self.namespace = namespace
        self._view = view
        self._older: list[LiveObject] = []
        """Objects that the list shows in an older state than the known one; rare, and nothing else is kept."""
        self.watch = view.watching(self, namespace)
        self._task = apart(self.watch.run(), f"watch {view.kind.path(namespace)}")

    def close(self) -> None:
        """Stop watching; nobody waits for it any more."""
        self._task.cancel()
        self.watch.heard.set()

    def changed(self, item: LiveObject) -> None:
        """It is new or changed."""
        self._view.changed(item)

    def removed(self, item: LiveObject) -> None:
        """It was deleted."""
        self._view.removed(item)

    def found(self, item: LiveObject) -> None:
        """It is part of the list."""
        if not self._view.found(item):
            self._older.append(item)

    def listed(self, uids: Collection[str], version: int) -> None:
        """The list is complete."""
        older, self._older = self._older, []
        self._view.listed(uids, version, self.namespace, older)


class KindInformer:
    """The managed objects of one kind.

    All namespaces are watched at once. Where that is forbidden, the namespaces in which owners have objects are
    watched, until it is allowed. Objects that may not be watched at all are read one by one when a caller needs them.
    """

    def __init__(
        self,
        client: Client,
        kind: Kind,
        on_change: Change,
        judge: HealthEvaluator,
        *,
        namespaces: Callable[[], Collection[str]],
        on_unserved: Callable[[], None],
        on_sight: Callable[[], None],
        on_restored: Callable[[], None],
    ) -> None:
        self.kind = kind
        self._client = client
        self._judge = judge
        self._namespaces = namespaces
        self._on_unserved, self._on_sight, self._on_restored = on_unserved, on_sight, on_restored
        self._whole = judge.needs_body(kind)
        self._memory = Memory(self._read, on_change, shows_ends=self._whole)
        self._asked: dict[tuple[str, str], str] = {}
        """Reads that no watch replaces, with the error; empty when they were answered."""
        self._before: tuple[object, ...] = ()
        self._scopes: dict[str, Scope] = {}
        if kind.watchable:
            self._scopes[EVERYWHERE] = Scope(self, EVERYWHERE)

    def watching(self, sink: Scope, namespace: str) -> Watch[LiveObject]:
        """The watch that fills this informer, in all namespaces or in one."""
        return Watch(
            self._client,
            self.kind.path(namespace),
            ObjectForHealth if self._whole else LiveObject,
            sink,
            selector=SELECTOR,
            metadata_only=not self._whole,
            on_unserved=self._on_unserved,
            on_turn=self._turned,
        )

    async def heard(self) -> None:
        """Wait until the informer has synced, or cannot: what is refused must not be waited for."""
        while waits := [scope for scope in self._scopes.values() if not scope.watch.heard.is_set()]:
            await waits[0].watch.heard.wait()

    @property
    def pending(self) -> bool:
        """Whether some watch is still reading its list."""
        return any(not scope.watch.heard.is_set() for scope in self._scopes.values())

    @property
    def interrupted(self) -> bool:
        """Whether the server does not answer, or refuses access, so that this informer may be outdated."""
        errors = [scope.watch.interrupted for scope in self._scopes.values()]
        return any(
            isinstance(error, UnreachableError) or (isinstance(error, ApiError) and error.unauthorized)
            for error in errors
        )

    def close(self) -> None:
        """Stop watching."""
        for scope in self._scopes.values():
            scope.close()

    def hurry(self) -> None:
        """Retry now what was interrupted."""
        for scope in self._scopes.values():
            scope.watch.hurry()

    def narrow(self) -> None:
        """Watch the namespaces in which owners have objects now, if watching all is forbidden; else watch all."""
        everywhere = self._scopes.get(EVERYWHERE)
        if everywhere is None or not self.kind.namespaced or not (everywhere.watch.refused or everywhere.watch.current):
            return
        wanted = set(self._namespaces()) if everywhere.watch.refused else set[str]()
        for name in self._scopes.keys() - wanted - {EVERYWHERE}:
            self._scopes.pop(name).close()
        for name in wanted - self._scopes.keys():
            self._scopes[name] = Scope(self, name)

    def look(self, namespace: str, name: str) -> Glimpse:
        """The object as far as it is seen."""
        key, everywhere = (namespace, name), self._scopes.get(EVERYWHERE)
        if everywhere is not None and everywhere.watch.current:
            return Glimpse(Sight.SEEN, self._memory.get(key))
        watches = self._watches(namespace)
        if any(watch.current for watch in watches):
            return Glimpse(Sight.SEEN, self._memory.get(key))
        if key in self._asked:
            why = self._asked[key]
            state = None if why else self._memory.get(key)
            return Glimpse(Sight.FORBIDDEN if why else Sight.SEEN, state, why, asked=True)
        why = next((str(watch.interrupted) for watch in watches if watch.interrupted), "")
        if self._blind(watches):
            return Glimpse(Sight.FORBIDDEN if watches else Sight.NOT_YET, None, why)
        if any(watch.lately for watch in watches):
            return Glimpse(Sight.LATELY, self._memory.get(key), why)
        return Glimpse(Sight.NOT_YET, None, why)

    def blind(self, namespace: str) -> bool:
        """Whether no watch will show the objects of a namespace: they have to be read."""
        return self._blind(self._watches(namespace))

    async def ask(self, namespace: str, name: str) -> None:
        """Read one object that no watch shows.

        Raises:
            UnreachableError: No answer.
            ApiError: The server refuses all access.
        """
        key, accept = (namespace, name), JSON if self._whole else METADATA_ONLY
        shown = ObjectForHealth if self._whole else LiveObject
        try:
            item = await self._client.get(self.kind.path(namespace, name), shown, accept=accept)
        except ApiError as error:
            if error.unauthorized:
                raise
            if error.not_found:
                self._asked[key] = ""
                self._memory.gone(key)
            elif error.forbidden:
                self._asked[key] = str(error)
            else:
                self._asked.pop(key, None)
            return
        self._asked[key] = ""
        self.changed(item)

    def noted(self, item: LiveObject, applier: str) -> None:
        """Record the answer to a write. If no watch shows the object and metadata are enough, it counts as a read."""
        self._memory.changed(item, applier=applier)
        key = (item.metadata.namespace, item.metadata.name)
        if not self._whole and self.blind(item.metadata.namespace):
            self._asked[key] = ""

    def changed(self, item: LiveObject) -> None:
        """Record an event of a watch, or the answer to a read."""
        self._memory.changed(item)

    def removed(self, item: LiveObject) -> None:
        """Remove an object."""
        self._memory.removed(item)

    def found(self, item: LiveObject) -> bool:
        """Record an object of the list; False when a later state of it is known."""
        return self._memory.found(item)

    def listed(self, uids: Collection[str], version: int, namespace: str, older: Iterable[LiveObject]) -> None:
        """The list is complete; the cache decides about objects in it that are `older` than known."""
        if self._memory.listed(uids, version, namespace, older):
            self._on_restored()

    def _read(self, item: LiveObject) -> ObjectSnapshot:
        found = snapshot_of(item.metadata, self._health(item))
        ended = self._judge.end(self.kind, item) if isinstance(item, ObjectForHealth) else ""
        return msgspec.structs.replace(found, ended=ended) if ended else found

    @property
    def shows_ends(self) -> bool:
        """Whether the informer shows how its objects end."""
        return self._memory.shows_ends

    def end(self, uid: str) -> str | None:
        """How a deleted object ended: empty if not by itself; None if nobody saw it."""
        return self._memory.end(uid)

    def _watches(self, namespace: str) -> list[Watch[LiveObject]]:
        """The watches that show a namespace, or would if they were allowed."""
        names = dict.fromkeys((namespace, EVERYWHERE))
        return [self._scopes[name].watch for name in names if name in self._scopes]

    def _blind(self, watches: Collection[Watch[LiveObject]]) -> bool:
        return all(watch.refused for watch in watches)

    def _turned(self) -> None:
        """A watch has synced, or was interrupted."""
        self.narrow()
        state = tuple((name, scope.watch.current, scope.watch.refused) for name, scope in self._scopes.items())
        if state != self._before:
            self._before = state
            self._asked = {key: why for key, why in self._asked.items() if self.blind(key[0])}
            self._on_sight()

    def _health(self, item: LiveObject) -> Health | None:
        """Its health; the answer to a write does not show it where that needs more than metadata."""
        if isinstance(item, ObjectForHealth) or not self._whole:
            whole = item if isinstance(item, ObjectForHealth) else ObjectForHealth(item.metadata)
            found = self._judge.health(self.kind, whole)
            return CURRENT if found == CURRENT else found
        return None
