"""What is in a cluster of the objects that Vidra manages, as far as it may see them: shared by all owners.

Where metadata tell how an object is, the watch shows nothing else. Per object a few digests and its health stay, never
the object.
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
"""Seconds that views may take to fill when somebody begins to watch; without them objects are applied once more."""
ASKED_AT_ONCE = 8
"""Objects that one pass asks for at a time, where no watch shows them."""

Places = Mapping[Kind, frozenset[str]]
"""Kinds, each with the namespaces that matter."""
Object = tuple[Kind, str, str]
"""Kind, namespace and name."""
Tell = Callable[[tuple[str, ...]], None]
"""Called with the owners that something about a whole view concerns."""


class InformerSet:
    """The views of one cluster. A view lives as long as somebody has objects of its kind.

    Args:
        on_unserved: Called with the owners of a kind that is not served any more: its watch does not show their end.
        on_sight: Called with the owners of a kind that can be seen now and could not before, or the other way round.
        on_restored: Called with the owners of a kind whose objects went back to an earlier time.
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
        """Say which kinds an owner has objects of, and in which namespaces, instead of what it said before.

        Without any the owner is gone.
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
        """Watch the kinds of these objects for an owner, and nothing else for it, and wait until that shows them.

        A view that is not complete in time is simply not used.
        """
        places = _by_kind(objects)
        self.hold(owner, places)
        await self.ready(places, SYNC_WITHIN)

    async def see(self, owner: str, objects: Collection[Object]) -> None:
        """The same, and ask for the objects that may not be watched.

        Raises:
            UnreachableError: What has to be asked for is not answered.
            ApiError: The server does not let Vidra in at all.
        """
        await self.watch(owner, objects)
        hidden = {place for place in {item[:2] for item in objects} if self._is_blind(*place)}
        if hidden:
            await self._ask([item for item in objects if item[:2] in hidden])

    async def ready(self, kinds: Iterable[Kind], seconds: float) -> None:
        """Wait until the views of these kinds are complete, or the time is over: then they are simply not used."""
        views = [view for kind in kinds if (view := self._views.get(kind)) and view.pending]
        if views:
            try:
                async with asyncio.timeout(seconds):
                    for view in views:
                        await view.heard()
            except TimeoutError:
                return

    async def _ask(self, objects: Iterable[Object]) -> None:
        """Ask for objects that no watch shows, a few at a time."""
        left = iter(objects)

        async def some() -> None:
            for kind, namespace, name in left:
                if view := self._views.get(kind):
                    await view.ask(namespace, name)

        found = await asyncio.gather(*(some() for _ in range(ASKED_AT_ONCE)), return_exceptions=True)
        for error in filter(None, found):
            raise error

    def interrupted(self) -> bool:
        """Whether some view may be old because the server does not answer."""
        return any(view.interrupted for view in self._views.values())

    def hurry(self) -> None:
        """The server is back: look again now."""
        for view in self._views.values():
            view.hurry()

    def kind(self, api_version: str, kind: str) -> Kind | None:
        """The kind of this name, under this version or any, if there is a view of it.

        Also while the cluster is asked anew what it serves.
        """
        group = api_version.rpartition("/")[0]
        found = [each for each in self._views if each.kind == kind and each.api_version.rpartition("/")[0] == group]
        return min(found, key=lambda each: each.api_version != api_version, default=None)

    def look(self, kind: Kind, namespace: str, name: str) -> Glimpse:
        """The object as far as it is seen."""
        view = self._views.get(kind)
        return view.look(namespace, name) if view else UNSEEN

    def get(self, kind: Kind, namespace: str, name: str) -> ObjectSnapshot | None:
        """The object as last seen; None when it is not there, or when that cannot be told without asking."""
        found = self.look(kind, namespace, name)
        return found.state if found.sight is Sight.SEEN else None

    def owners_of(self, kind: str) -> list[str]:
        """The owners that have objects of this kind, in any version."""
        return [owner for owner, places in self._wanted.items() if any(each.kind == kind for each in places)]

    def shows_ends(self, kind: Kind) -> bool:
        """Whether objects of a kind may end by themselves, as far as anybody looks."""
        view = self._views.get(kind)
        return view is not None and view.shows_ends

    def end(self, kind: Kind, uid: str) -> str | None:
        """How an object that is gone ended: empty if that was not by itself; None if nobody saw it go."""
        view = self._views.get(kind)
        return view.end(uid) if view else None

    def note(self, kind: Kind, item: LiveObject) -> None:
        """Take the answer to our own write, so that its echo is old news."""
        view = self._views.get(kind)
        if view:
            view.noted(item)

    def judge_again(self) -> None:
        """Look at everything afresh: the rules are others."""
        for kind, view in self._views.items():
            view.close()
            self._views[kind] = self._new(kind)

    def close(self) -> None:
        """Stop all watches, and start none any more."""
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
        """Whether the objects of a kind in a namespace may not be watched; nothing is seen once this is closed."""
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
