"""One live cluster, as one identity sees it: its client, its kinds, and its informers."""

from __future__ import annotations

from vidra.clusters.circuit_breaker import CircuitBreaker
from vidra.clusters.event_handler import ClusterEventHandler
from vidra.clusters.own_cluster import Home
from vidra.kube.arrival_watch import DEFINITIONS, NAMESPACES, ArrivalWatch
from vidra.kube.client import Client
from vidra.kube.discovery import Discovery
from vidra.kube.informers import InformerSet
from vidra.kube.object_doubts import is_doubtful
from vidra.kube.object_snapshot import HealthEvaluator, ObjectSnapshot, is_drift
from vidra.kube.object_watch import ObjectWatches
from vidra.kube.storage_classes import Classes

CLAIM = "PersistentVolumeClaim"


class Cluster:
    """Everything that belongs to one cluster under one identity, and to no other.

    Args:
        server: As destinations name it; empty for the cluster that Vidra runs in.
        client: With this identity.
        plain: The same server as Vidra itself: an identity with few rights may not read the cluster's UID.
        owners: Notified of events about objects that they own or wait for.
        home: The cluster that Vidra runs in, which any address may lead to.
    """

    def __init__(
        self,
        server: str,
        client: Client,
        owners: ClusterEventHandler,
        judge: HealthEvaluator,
        *,
        plain: Client,
        home: Home,
    ) -> None:
        self.server = server
        self._home = home
        self.client = client
        self.discovery = Discovery(self.client)
        self.observed = InformerSet(
            self.client,
            self._changed,
            judge,
            self._unserved,
            on_sight=self._sight_changed,
            on_restored=self._restored,
        )
        self.breaker = CircuitBreaker(
            self.client, plain, self.observed.interrupted, self._back, owners.on_condition_met, steady=bool(server)
        )
        self.definitions = ArrivalWatch(self.client, DEFINITIONS, owners.on_object_event, before=self.discovery.forget)
        """For owners that wait for a kind."""
        self.namespaces = ArrivalWatch(self.client, NAMESPACES, owners.on_object_event, before=lambda: None)
        """For owners that wait for a namespace."""
        self.object_watches = ObjectWatches(self.client, judge, owners.on_condition_met)
        """For owners that wait for single objects."""
        self.classes = Classes(self.client, self._classes_changed)
        """For claims that wait for their first Pod."""
        self.shown: set[str] = set()
        """Owners whose existing objects all carry the label that the watches select by."""
        self.contested: set[str] = set()
        """Owners, by field manager, that another owner's field blocks: notified when any owner releases something."""
        self.closed = False
        """Its credentials were changed or removed: holders must get the cluster again."""
        self.client.on_late = self.breaker.probe
        self._owners = owners

    @property
    def uid(self) -> str:
        """The UID of the cluster; empty while unknown."""
        return self.breaker.uid

    @property
    def own_namespace(self) -> str:
        """Vidra's namespace, unless this is certainly another cluster than the one that it runs in."""
        return next(iter(self.own_namespaces), "")

    @property
    def own_namespaces(self) -> tuple[str, ...]:
        """The same, followed by those from whose Secrets Vidra takes credentials."""
        return self._home.namespaces_in(self.uid if self.server else "")

    @property
    def told(self) -> bool:
        """Whether the cluster's UID is known."""
        return bool(self.uid) or not self.server

    @property
    def slow(self) -> bool:
        """Whether it answers so slowly that it may have only one reconcile at a time."""
        return self.client.latency.slow

    def leave(self, manager: str) -> None:
        """Stop watching for an owner."""
        self.shown.discard(manager)
        self.observed.hold(manager, {})
        self.definitions.done(manager)
        self.namespaces.done(manager)
        self.contested.discard(manager)
        self.object_watches.hold(manager, ())
        self.breaker.forget_owner(manager)

    def close(self) -> None:
        """Stop all tasks. The connections belong to the client, which others may use too."""
        self.closed = True
        self.observed.close()
        self.definitions.close()
        self.namespaces.close()
        self.object_watches.close()
        self.classes.close()
        self.breaker.close()

    def _changed(self, old: ObjectSnapshot | None, new: ObjectSnapshot | None) -> None:
        """Notify every owner that held fields of the object, or does now; for health alone, a health check will do."""
        call = (
            self._owners.on_object_event
            if is_drift(old, new) or is_doubtful(old, new)
            else self._owners.on_health_changed
        )
        holders = [{name for name, _ in state.holders} if state else set[str]() for state in (old, new)]
        for manager in holders[0] | holders[1]:
            call(manager)
        if new is None or holders[0] - holders[1]:
            for manager in self.contested - holders[0]:
                self._owners.on_condition_met(manager)

    def _classes_changed(self) -> None:
        """The health of an unchanged claim may be another now."""
        for manager in self.observed.owners_of(CLAIM):
            self._owners.on_health_changed(manager)
        self.object_watches.again(CLAIM)

    def _sight_changed(self, managers: tuple[str, ...]) -> None:
        """Objects became visible, or are not visible any more: their health has to be reported again."""
        for manager in managers:
            self._owners.on_health_changed(manager)

    def _restored(self, managers: tuple[str, ...]) -> None:
        """The cluster went back to an earlier state: all is checked, also for owners that ignore events."""
        self.discovery.forget()
        for manager in managers:
            self._owners.on_condition_met(manager)

    def _back(self) -> None:
        """The cluster is available again, and may serve other kinds than before."""
        self.discovery.forget()
        self.observed.hurry()

    def _unserved(self, managers: tuple[str, ...]) -> None:
        """A CRD was deleted, and all objects of its kind with it."""
        self.discovery.forget()
        for manager in managers:
            self._owners.on_object_event(manager)
