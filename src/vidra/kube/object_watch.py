"""Watches single objects that owners wait for, whoever created them; only while an owner waits."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from vidra.api.health import Health
from vidra.kube.client import Client
from vidra.kube.detached_task import apart
from vidra.kube.discovery import Kind
from vidra.kube.object_snapshot import HealthEvaluator
from vidra.kube.partial_metadata import LiveObject, ObjectForHealth
from vidra.kube.watch import Watch


class Place(msgspec.Struct, frozen=True):
    """The kind, namespace and name of an object that may not exist."""

    kind: Kind
    namespace: str
    name: str


class ObjectWatch:
    """The watch of one object, and its sink."""

    def __init__(self, client: Client, place: Place, judge: HealthEvaluator, tell: Callable[[str], None]) -> None:
        self._kind = place.kind
        self._judge = judge
        self._tell = tell
        self.waiting: set[str] = set()
        self.known = False
        """Whether the server has answered yet."""
        self.health: Health | None = None
        """Its health; None when it does not exist."""
        whole = judge.needs_body(place.kind)
        self._watch: Watch[LiveObject] = Watch(
            client,
            place.kind.path(place.namespace),
            ObjectForHealth if whole else LiveObject,
            self,
            fields=f"metadata.name={place.name}",
            metadata_only=not whole,
        )
        self._task = apart(self._watch.run(), f"lookout for {place.kind.kind} {place.name}")

    @property
    def interrupted(self) -> str:
        """Why its state is not known now; empty when it is."""
        return str(self._watch.interrupted or "")

    def close(self) -> None:
        """Stop looking."""
        self._task.cancel()

    def changed(self, item: LiveObject) -> None:
        """It exists, or has changed."""
        whole = item if isinstance(item, ObjectForHealth) else ObjectForHealth(item.metadata)
        self._take(self._judge.health(self._kind, whole))

    def removed(self, item: LiveObject) -> None:  # noqa: ARG002 - there is only one
        """It was deleted."""
        self._take(None)

    def found(self, item: LiveObject) -> None:
        """Its state in the list."""
        self.changed(item)

    def listed(self, uids: Collection[str], version: int) -> None:  # noqa: ARG002 - nothing older is kept
        """The list is complete: it exists or not."""
        if not uids:
            self._take(None)

    def _take(self, health: Health | None) -> None:
        news = not self.known or self.health != health
        self.known, self.health = True, health
        if news:
            for owner in self.waiting:
                self._tell(owner)


class ObjectWatches:
    """All objects that owners wait for in one cluster."""

    def __init__(self, client: Client, judge: HealthEvaluator, tell: Callable[[str], None]) -> None:
        self._client = client
        self._judge = judge
        self._tell = tell
        self._object_watches: dict[Place, ObjectWatch] = {}
        self._closed = False

    def hold(self, owner: str, places: Collection[Place]) -> list[ObjectWatch]:
        """Set what an owner waits for, in place of what was set before; the owner is notified of every change."""
        if self._closed:
            return []
        for place in places:
            if place not in self._object_watches:
                self._object_watches[place] = ObjectWatch(self._client, place, self._judge, self._tell)
            self._object_watches[place].waiting.add(owner)
        for place in self._object_watches.keys() - set(places):
            self._object_watches[place].waiting.discard(owner)
            if not self._object_watches[place].waiting:
                self._object_watches.pop(place).close()
        return [self._object_watches[place] for place in places]

    def again(self, kind: str) -> None:
        """The health of unchanged objects of this kind may differ now."""
        for place, object_watch in self._object_watches.items():
            if place.kind.kind == kind:
                for owner in object_watch.waiting:
                    self._tell(owner)

    def close(self) -> None:
        """Stop all watches for good."""
        self._closed = True
        for object_watch in self._object_watches.values():
            object_watch.close()
        self._object_watches.clear()
