"""The destinations of a sync: its only one, or every cluster that its selector matches."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from vidra.api.destination_server import address_of
from vidra.api.names import CLUSTER_HASH_LABEL, SYNC_LABEL
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import Destination, Sync
from vidra.apply.field_owner import hashed
from vidra.clusters.secret_index import SecretIndex
from vidra.common.text import command_line
from vidra.common.urls import address
from vidra.controllers.runtime.context import place_of
from vidra.controllers.sync.artifacts.diff import SyncProblem


class Target(msgspec.Struct, frozen=True):
    """One destination."""

    place: str
    """Its name as a label value, where a sync has a selector; else empty."""
    destination: Destination
    name: str = ""
    """Namespace and name of the cluster's Secret."""
    serves: frozenset[str] = frozenset()
    """Names of what the cluster is for, as its Secret says."""


class Targets(msgspec.Struct, frozen=True):
    """All destinations of a sync, and the problems with some."""

    there: tuple[Target, ...]
    troubles: tuple[SyncProblem, ...] = ()
    stay: frozenset[str] = frozenset()
    """Places that are no destination any more but keep their objects, because nobody removed them on purpose."""

    @property
    def places(self) -> tuple[str, ...]:
        """The names of all destinations, in order."""
        return tuple(target.place for target in self.there)

    def at(self, place: str) -> Target:
        """The destination of a place."""
        return next(target for target in self.there if target.place == place)

    def expects(self, resource: VidraResource, places: Collection[str] | None = None) -> bool:
        """Whether something new may still come to the cluster of this VidraResource.

        Args:
            places: Where it may come to; None: to all.
        """
        place, server = place_of(resource), address_of(resource.spec.destination.server)
        return any(
            place == target.place or server == address_of(target.destination.server)
            for target in self.there
            if places is None or target.place in places
        )


def targets_of(sync: Sync, catalogue: SecretIndex, existing: Iterable[VidraResource]) -> Targets:
    """The destinations of a sync now.

    A cluster whose Secret was deleted is no destination, but keeps its objects: they cannot be deleted, and recreating
    a Secret must not empty a cluster.
    """
    selector = sync.spec.destination.cluster_selector
    if selector is None:
        return Targets((Target("", without_namespace_rules(sync.spec.destination)),))
    selection = catalogue.select(selector)
    targets = tuple(
        Target(
            place(entry.server), without_namespace_rules(sync.spec.destination, entry.server), entry.name, entry.serves
        )
        for entry in selection.clusters
    )
    places = {target.place for target in targets}
    elsewhere = {place_of(item): item for item in existing if place_of(item) not in places}
    lost = {
        at: item for at, item in elsewhere.items() if at and not catalogue.knows(item.spec.destination.server or "")
    }
    troubles = [
        SyncProblem(Reason.KUBECONFIG_REFUSED, f"Secret {item.name}: {item.problem}") for item in selection.refused
    ]
    troubles += [
        _lost(sync, item) for item in sorted(lost.values(), key=lambda item: address_of(item.spec.destination.server))
    ]
    stay = frozenset(lost)
    if not targets and not sync.spec.takes_empty:
        troubles.append(_none_matches(len(elsewhere)))
        stay = frozenset(elsewhere)
    return Targets(targets, tuple(troubles), stay)


def without_namespace_rules(destination: Destination, server: str | None = None) -> Destination:
    """A destination of one cluster, as the spec of a VidraResource has it."""
    return Destination(
        server=destination.server if server is None else server,
        context=destination.context,
        namespace=destination.namespace,
        create_namespace=destination.create_namespace,
        reconcile_on_events=destination.reconcile_on_events,
    )


def place(server: str) -> str:
    """The name of a cluster in labels and names."""
    return hashed(address(server))


def _lost(sync: Sync, resource: VidraResource) -> SyncProblem:
    labels = f"{SYNC_LABEL}={hashed(sync.key)},{CLUSTER_HASH_LABEL}={place_of(resource)}"
    return SyncProblem(
        Reason.CLUSTER_CREDENTIALS_MISSING,
        f"the Secret for {resource.spec.destination.server} is gone, or where none counts, and with it the way to "
        "what is applied there: "
        f"put it back, or give the cluster up with {command_line('kubectl', 'delete', 'vidraresource', '-l', labels)}",
    )


def _none_matches(there: int) -> SyncProblem:
    kept = "; what was applied stays, set allowEmpty if it should go" if there else ""
    message = (
        f"clusterSelector matches no Secret labelled cluster-kubeconfig that counts: correct it, or the labels{kept}"
    )
    return SyncProblem(Reason.NO_CLUSTER_MATCHES, message)
