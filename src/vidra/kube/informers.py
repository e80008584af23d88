"""The informers of one cluster: the last state of each object that Vidra manages, shared by all owners.

Called by `controllers/resource/observe.py` (what to watch), the applier and the pruner; it has one `kind_informer.py`
for each kind and notifies `clusters/cluster.py` of changes. Where metadata are enough to know the health, only metadata
are watched. An object is never kept, only some digests and its health.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping

from vidra.kube.client import Client
from vidra.kube.discovery import Kind
from vidra.kube.kind_informer import UNSEEN, Glimpse, KindInformer
from vidra.kube.object_cache import Change
from vidra.kube.object_snapshot import HealthEvaluator, ObjectSnapshot
from vidra.kube.partial_metadata import LiveObject
from vidra.kube.visibility import Sight

SYNC_WITHIN = 10.0
"""Seconds to wait for new informers to sync; without them objects are applied once more."""
ASKED_AT_ONCE = 8
"""Objects that one reconcile reads at a time, where no watch shows them."""

Places = Mapping[Kind, frozenset[str]]
"""Kinds, each with the namespaces that matter."""
Object = tuple[Kind, str, str]
"""Kind, namespace and name."""
Tell = Callable[[tuple[str, ...]], None]
"""Called with the owners that a change of a whole informer concerns."""


class InformerSet:
    """The informers of one cluster. An informer runs as long as an owner has objects of its kind.

    Args:
        on_unserved: Called with the owners of a kind that is not served any more: its watch cannot report
            deletions.
        on_sight: Called with the owners of a kind that became visible, or is not visible any more.
        on_restored: Called with the owners of a kind whose objects went back to an earlier state.
    """

    def __init__(
        self,
        client: Client,
        on_change: Change,
        judge: HealthEvaluator,
        on_unserved: Tell,
        *,
        on_sight: Tell = lambda _: None,
        on_restored: Tell = lambda _: None,
    ) -> None:
        self._client = client
        self._on_change = on_change
        self._on_unserved, self._on_sight, self._on_restored = on_unserved, on_sight, on_restored
        self._judge = judge
        self._views: dict[Kind, KindInformer] = {}
        self._wanted: dict[str, Places] = {}
        self._closed = False

    def hold(self, owner: str, places: Places) -> None:
        """Set the kinds and namespaces of an owner's objects, in place of those from before.

        Without any, the owner is removed.
        """
        if self._closed or self._wanted.get(owner, {}) == places:
            return
        before = self._wanted.pop(owner, {})
        if places:
            self._wanted[owner] = places
        for kind in places.keys() - self._views.keys():
            self._views[kind] = self._new(kind)
        held = frozenset[Kind]().union(*self._wanted.values())
        for kind in self._views.keys() - held:
            self._views.pop(kind).close()
        for kind in (before.keys() | places.keys()) & self._views.keys():
            self._views[kind].narrow()

    async def watch(self, owner: str, objects: Iterable[Object]) -> None:
        """Watch the kinds of these objects for an owner, and nothing else for it, and wait until they have synced.

        An informer that does not sync in time is not used.
        """
        places = _by_kind(objects)
        self.hold(owner, places)
        await self.ready(places, SYNC_WITHIN)

    async def see(self, owner: str, objects: Collection[Object]) -> None:
        """The same; objects that may not be watched are read.

        Raises:
            UnreachableError: A read is not answered.
            ApiError: The server refuses all access.
        """
        await self.watch(owner, objects)
        hidden = {place for place in {item[:2] for item in objects} if self._is_blind(*place)}
        if hidden:
            await self._ask([item for item in objects if item[:2] in hidden])

    async def ready(self, kinds: Iterable[Kind], seconds: float) -> None:
        """Wait until the informers of these kinds have synced, or until the time is over; then they are not used."""
        views = [view for kind in kinds if (view := self._views.get(kind)) and view.pending]
        if views:
            try:
                async with asyncio.timeout(seconds):
                    for view in views:
                        await view.heard()
            except TimeoutError:
                return

    async def _ask(self, objects: Iterable[Object]) -> None:
        """Read objects that no watch shows, a few at a time."""
        left = iter(objects)

        async def some() -> None:
            for kind, namespace, name in left:
                if view := self._views.get(kind):
                    await view.ask(namespace, name)

        found = await asyncio.gather(*(some() for _ in range(ASKED_AT_ONCE)), return_exceptions=True)
        for error in filter(None, found):
            raise error

    def interrupted(self) -> bool:
        """Whether an informer may be outdated because the server does not answer."""
        return any(view.interrupted for view in self._views.values())

    def hurry(self) -> None:
        """The server is available again: reconnect now."""
        for view in self._views.values():
            view.hurry()

    def kind(self, api_version: str, kind: str) -> Kind | None:
        """The kind of this name, under this version or any, if there is an informer for it.

        Works also while discovery is read again.
        """
        group = api_version.rpartition("/")[0]
        found = [each for each in self._views if each.kind == kind and each.api_version.rpartition("/")[0] == group]
        return min(found, key=lambda each: each.api_version != api_version, default=None)

    def look(self, kind: Kind, namespace: str, name: str) -> Glimpse:
        """The object as far as it is seen."""
        view = self._views.get(kind)
        return view.look(namespace, name) if view else UNSEEN

    def get(self, kind: Kind, namespace: str, name: str) -> ObjectSnapshot | None:
        """The object as last seen; None when it does not exist, or is not known without a request."""
        found = self.look(kind, namespace, name)
        return found.state if found.sight is Sight.SEEN else None

    def owners_of(self, kind: str) -> list[str]:
        """The owners that have objects of this kind, in any version."""
        return [owner for owner, places in self._wanted.items() if any(each.kind == kind for each in places)]

    def shows_ends(self, kind: Kind) -> bool:
        """Whether objects of a kind may end by themselves, and somebody watches for it."""
        view = self._views.get(kind)
        return view is not None and view.shows_ends

    def end(self, kind: Kind, uid: str) -> str | None:
        """How a deleted object ended: empty if not by itself; None if nobody saw it."""
        view = self._views.get(kind)
        return view.end(uid) if view else None

    def note(self, kind: Kind, item: LiveObject, applier: str = "") -> None:
        """Record the answer to an own write, so that the watch event for it is not news.

        Args:
            applier: The owner that applied all of its fields with it; empty when it was another write.
        """
        view = self._views.get(kind)
        if view:
            view.noted(item, applier)

    def judge_again(self) -> None:
        """Compute all health again: the rules changed."""
        for kind, view in self._views.items():
            view.close()
            self._views[kind] = self._new(kind)

    def close(self) -> None:
        """Stop all watches for good."""
        self._closed = True
        for view in self._views.values():
            view.close()
        self._views.clear()
        self._wanted.clear()

    def _new(self, kind: Kind) -> KindInformer:
        return KindInformer(
            self._client,
            kind,
            self._on_change,
            self._judge,
            namespaces=lambda: self._namespaces(kind),
            on_unserved=lambda: self._on_unserved(self._owners(kind)),
            on_sight=lambda: self._on_sight(self._owners(kind)),
            on_restored=lambda: self._on_restored(self._owners(kind)),
        )

    def _is_blind(self, kind: Kind, namespace: str) -> bool:
        """Whether the objects of a kind in a namespace may not be watched; after `close` nothing is seen."""
        view = self._views.get(kind)
        return view is not None and view.blind(namespace)

    def _owners(self, kind: Kind) -> tuple[str, ...]:
        return tuple(owner for owner, places in self._wanted.items() if kind in places)

    def _namespaces(self, kind: Kind) -> set[str]:
        return set[str]().union(*(places.get(kind, ()) for places in self._wanted.values()))


def _by_kind(objects: Iterable[Object]) -> dict[Kind, frozenset[str]]:
    found: dict[Kind, set[str]] = {}
    for kind, namespace, _ in objects:
        found.setdefault(kind, set()).add(namespace)
    return {kind: frozenset(namespaces) for kind, namespaces in found.items()}
