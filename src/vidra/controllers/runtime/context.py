"""What both controllers depend on."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from vidra.api.names import CLUSTER_HASH_LABEL, SYNC_PLURALS
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync, sync_key
from vidra.apply.desired.digest import Digests
from vidra.clusters.registry import Clusters
from vidra.controllers.runtime.content_store import ContentStore
from vidra.controllers.runtime.delivery_trace import DeliveryTracer
from vidra.controllers.runtime.health_history import HealthHistories
from vidra.controllers.runtime.ignored_secrets import IgnoredSecrets
from vidra.controllers.runtime.inventory_store import InventoryStore
from vidra.controllers.runtime.pending_deletions import BeingDeleted, Handovers
from vidra.controllers.runtime.sealed_statuses import SealedStatuses
from vidra.controllers.runtime.settings import Settings
from vidra.controllers.runtime.sharding import ShardAssignment
from vidra.kube.client import Client
from vidra.kube.event_recorder import Recorder
from vidra.kube.store import Store
from vidra.kube.types import ConfigMap, PartialObjectMetadata, Secret
from vidra.render.protocol import Renderer
from vidra.telemetry.metrics import Metrics


class ControllerContext(msgspec.Struct, frozen=True):
    """The dependencies of both reconcilers."""

    client: Client
    """Of the cluster that Vidra runs in."""
    hub: str
    """Identifies this Vidra in field managers."""
    namespace: str
    """Vidra's own."""
    syncs: Store[Sync]
    """Of both kinds, by their keys."""
    resources: Store[VidraResource]
    """Indexed by the key of the sync that created them."""
    kept: Store[PartialObjectMetadata]
    """The Secrets that store texts."""
    clusters: Clusters
    cluster_secrets: Store[Secret]
    overlooked: IgnoredSecrets
    content: ContentStore
    inventories: InventoryStore
    """Of all VidraResources; it writes their statuses."""
    digests: Digests
    seals: SealedStatuses
    recorder: Recorder
    metrics: Metrics
    delivery_tracer: DeliveryTracer
    renderer: Renderer
    values: Store[ConfigMap | Secret]
    """Values for charts and variables for kustomizations, in the namespaces that count (`VALUES_LABEL`)."""
    settings: Callable[[], Settings]
    """The settings in force now."""
    share: ShardAssignment = msgspec.field(default_factory=ShardAssignment)
    """The syncs that this replica reconciles."""
    being_deleted: BeingDeleted = msgspec.field(default_factory=BeingDeleted)
    handovers: Handovers = msgspec.field(default_factory=Handovers)
    health: HealthHistories = msgspec.field(default_factory=HealthHistories)


def sync_of(resource: VidraResource) -> str:
    """Key of the sync that created a VidraResource (`Sync.key`); empty when a person did."""
    owners = resource.metadata.owner_references
    return next((sync_key(owner.kind, owner.name) for owner in owners if owner.kind in SYNC_PLURALS), "")


def place_of(resource: VidraResource) -> str:
    """The name of a VidraResource's cluster within its sync; empty when the sync has one destination."""
    return resource.metadata.labels.get(CLUSTER_HASH_LABEL, "")


def shard_key(resource: VidraResource) -> str:
    """The key that decides the shard of a VidraResource: its sync's, or its own if a person created it."""
    return sync_of(resource) or resource.metadata.name


def is_suspended(shared: ControllerContext, resource: VidraResource) -> bool:
    """Whether a VidraResource is suspended, by itself or by its sync."""
    sync = shared.syncs.get(sync_of(resource))
    return resource.spec.suspend or (sync is not None and sync.spec.suspend)
