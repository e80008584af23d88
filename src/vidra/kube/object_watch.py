"""Looks out for single objects that owners wait for, whoever made them; watches one only while somebody waits."""

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
    """Where an object is, if it is there."""

    kind: Kind
    namespace: str
    name: str


class ObjectWatch:
    """One object; the sink of its watch."""

    def __init__(self, client: Client, place: Place, judge: HealthEvaluator, tell: Callable[[str], None]) -> None:
        self._kind = place.kind
        self._judge = judge
        self._tell = tell
        self.waiting: set[str] = set()
        self.known = False
        """Whether the server has told of it."""
        self.health: Health | None = None
        """How it is; None when it is not there."""
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
        """Why nothing is heard of it now; empty when something is."""
        return str(self._watch.interrupted or "")

    def close(self) -> None:
        """Stop looking."""
        self._task.cancel()

    def changed(self, item: LiveObject) -> None:
        """It is there, or different."""
        whole = item if isinstance(item, ObjectForHealth) else ObjectForHealth(item.metadata)
        self._take(self._judge.health(self._kind, whole))

    def removed(self, item: LiveObject) -> None:  # noqa: ARG002 - there is only one
        """It is gone."""
        self._take(None)

    def found(self, item: LiveObject) -> None:
        """It as it is."""
        self.changed(item)

    def listed(self, uids: Collection[str], version: int) -> None:  # noqa: ARG002 - nothing older is kept
        """It was there, or is not."""
        if not uids:
            self._take(None)

    def _take(self, health: Health | None) -> None:
        news = not self.known or self.health != health
        self.known, self.health = True, health
        if news:
            for owner in self.waiting:
                self._tell(owner)


class ObjectWatches:
    """All that owners wait for in one cluster."""

    def __init__(self, client: Client, judge: HealthEvaluator, tell: Callable[[str], None]) -> None:
        self._client = client
        self._judge = judge
        self._tell = tell
        self._object_watches: dict[Place, ObjectWatch] = {}
        self._closed = False

    def hold(self, owner: str, places: Collection[Place]) -> list[ObjectWatch]:
        """Say what an owner waits for, instead of what it said before; it is told of every change."""
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
        """What objects of this kind count as may be different, although they are as they were."""
        for place, object_watch in self._object_watches.items():
            if place.kind.kind == kind:
                for owner in object_watch.waiting:
                    self._tell(owner)

    def close(self) -> None:
        """Stop looking for anything, for good."""
        self._closed = True
        for object_watch in self._object_watches.values():
            object_watch.close()
        self._object_watches.clear()
