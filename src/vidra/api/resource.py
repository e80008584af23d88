"""VidraResource: one manifest, the objects in it, and where they are."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta as Field

from vidra.api.conditions import Condition
from vidra.api.delivery import TextDelivery
from vidra.api.health import Status, UnhealthyObject
from vidra.api.held_prune import HeldPrune
from vidra.api.meta import Meta
from vidra.api.names import API_VERSION, RESOURCE_KIND
from vidra.api.policies import Policies
from vidra.api.sync import Destination, State
from vidra.api.validation import CONDITIONS, DATE_TIME, DESTINATION, INTERVAL, ONE_MANIFEST


class Content(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Where the text that a sync fetched is kept: compressed, in Secrets of Vidra's own namespace."""

    artifact_id: Annotated[
        str, Field(description="Id of the unit in its source: of the artifact in Infrahub, or the path of the folder.")
    ]
    checksum: Annotated[str, Field(description="MD5 of the text.")]
    secrets: Annotated[
        tuple[str, ...], Field(description="Names of the Secrets that hold the text, gzipped, in this order.")
    ]
    size: Annotated[int, Field(description="Bytes of the text before compression.")] = 0
    marker: Annotated[
        str,
        Field(
            description="What the source says about the unit, and another text would change; missing where that is the "
            "checksum."
        ),
    ] = ""
    revision: Annotated[
        str, Field(description="State of the source in which the text was found first, such as main@sha1:….")
    ] = ""
    author: Annotated[str, Field(description="Who made that state, if the source says so.")] = ""
    seal: Annotated[
        str,
        Field(
            description="Shows that a sync gave this text to this VidraResource for its destination. Nobody else can "
            "make one, and without it the text is not read."
        ),
    ] = ""


class AnnouncedObject(msgspec.Struct, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """An object that is about to be applied."""

    api_version: Annotated[str, Field(description="apiVersion of the object.")]
    kind: Annotated[str, Field(description="Kind of the object.")]
    name: Annotated[str, Field(description="Name of the object.")]
    namespace: Annotated[str, Field(description="Namespace of the object; missing when it is cluster-scoped.")] = ""
    server: Annotated[
        str, Field(description="API server of the cluster it goes to; missing for the cluster that Vidra runs in.")
    ] = ""
    wave: Annotated[int, Field(description="The wave that the object names.")] = 0


class Announcement(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The objects that a new VidraResource is about to apply."""

    resource: Annotated[
        str, Field(description="Name of the VidraResource. A copy under another name announces nothing.")
    ]
    objects: Annotated[tuple[AnnouncedObject, ...], Field(description="The objects.")]


class ResourceSpec(Policies, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Desired state."""

    destination: Annotated[Destination, Field(description="Where the objects go.", extra_json_schema=DESTINATION)] = (
        Destination()
    )
    manifest: Annotated[
        str | None, Field(description="Kubernetes manifests, as a YAML stream or JSON. Or else: content.")
    ] = None
    content: Annotated[Content | None, Field(description="Manifests that a sync stored. Written by Vidra.")] = None
    announced: Annotated[
        Announcement | None,
        Field(
            description="The first inventory of a VidraResource, written by the InfrahubSync that creates it. It "
            "counts until there is a status."
        ),
    ] = None
    reconciled_at: Annotated[
        str | None, Field(description="Any new value triggers a reconcile at once. The first Vidra writes a time here.")
    ] = None
    interval: Annotated[
        str | None,
        Field(
            description="How often the objects are compared with the manifest, as a Go duration. Default: "
            "requeueResourcesAfter of Vidra's ConfigMap, which is 10m unless set.",
            extra_json_schema=INTERVAL,
        ),
    ] = None
    suspend: Annotated[bool, Field(description="Stop applying and pruning. What is applied stays as it is.")] = False
    allow_empty: Annotated[bool, Field(description="Accept an empty manifest and prune what was there.")] = False


class ManagedObject(msgspec.Struct, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """One entry of the inventory."""

    api_version: Annotated[str, Field(description="apiVersion of the object.")]
    kind: Annotated[str, Field(description="Kind of the object.")]
    name: Annotated[str, Field(description="Name of the object.")]
    namespace: Annotated[str, Field(description="Namespace of the object; missing when it is cluster-scoped.")] = ""
    server: Annotated[
        str, Field(description="API server of the cluster it is in; missing for the cluster that Vidra runs in.")
    ] = ""
    uid: Annotated[
        str,
        Field(
            description="UID of the object that Vidra applied; missing until the API server confirmed it, and while "
            "only a status without a seal says so."
        ),
    ] = ""
    revision: Annotated[
        str,
        Field(
            description="What was applied (digest of the object as sent, made with a key that only Vidra has, so that "
            "it confirms no guess of what is in the object) and what the API server made of it (digest of "
            "the fields that Vidra's field manager holds, the object's generation, and when Vidra's field manager last "
            "changed a value). Lets Vidra detect a change or drift without a request."
        ),
    ] = ""
    joined: Annotated[
        bool,
        Field(description="The object existed before Vidra applied it: it is released at the end, never deleted."),
    ] = False
    ended: Annotated[
        str,
        Field(
            description="How the object ended by itself under this text, as a Job does: Succeeded, Failed or "
            "Unseen. It is not recreated when it is deleted."
        ),
    ] = ""
    wave: Annotated[int, Field(description="The wave that the object names; pruning runs backwards.")] = 0


class KnownCluster(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Which cluster it is that objects of the inventory are in."""

    server: Annotated[str, Field(description="API server, as in the inventory.")]
    uid: Annotated[str, Field(description="UID of the namespace kube-system, different in every cluster.")]


class InventoryPiece(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A ConfigMap with a part of an inventory; another part has another name."""

    name: Annotated[str, Field(description="Name of the ConfigMap.")]
    objects: Annotated[int, Field(description="Objects that it lists.")]
    digest: Annotated[str, Field(description="SHA-256 of its text.")]


class InventoryPieces(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What of an inventory is kept beside the status."""

    namespace: Annotated[str, Field(description="Namespace of the ConfigMaps: Vidra's own.")]
    objects: Annotated[int, Field(description="Objects in the whole inventory.")]
    pieces: Annotated[
        tuple[InventoryPiece, ...],
        Field(description="The ConfigMaps, in the order of the objects, which goes on from managedResources."),
    ]


class ObjectProblem(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What is wrong with one document or object."""

    reason: Annotated[str, Field(description="Machine-readable reason.")]
    message: Annotated[str, Field(description="What is wrong and what to do.")]
    object: Annotated[str, Field(description="The object, or the document of the manifest, it is about.")] = ""


class DriftedObject(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """An object that differs from what was applied, and is not reverted."""

    object: Annotated[str, Field(description="The object.")]
    fields: Annotated[tuple[str, ...], Field(description="Paths of the fields that differ; the first 20.")] = ()
    managers: Annotated[
        tuple[str, ...], Field(description="Field managers that changed the object, the latest first.")
    ] = ()
    note: Annotated[str, Field(description="A further note.")] = ""


class ResourceStatus(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Observed state."""

    observed_generation: Annotated[
        int, Field(description="Generation of the spec that the last reconcile worked from.")
    ] = 0
    conditions: Annotated[
        tuple[Condition, ...],
        Field(description="Ready, Reconciling and Stalled, with reason and message.", extra_json_schema=CONDITIONS),
    ] = ()
    managed_resources: Annotated[
        tuple[ManagedObject, ...],
        Field(
            description="The inventory: every object that this VidraResource has, or may have, in its destination. Of "
            "a very long one the first part; inventory says where the rest is."
        ),
    ] = ()
    inventory: Annotated[
        InventoryPieces | None,
        Field(description="Where the rest of an inventory is kept that has no room here; missing when all of it has."),
    ] = None
    clusters: Annotated[
        tuple[KnownCluster, ...],
        Field(
            description="The clusters behind the servers of the inventory, other than the one that Vidra runs in. "
            "If another cluster is found at such an address, nothing in it counts as listed here."
        ),
    ] = ()
    applied_checksum: Annotated[str, Field(description="Checksum of the text that was last applied completely.")] = ""
    objects: Annotated[int, Field(description="Objects in the manifest.")] = 0
    ready_objects: Annotated[
        int,
        Field(
            description="Objects of the manifest that are applied, healthy or not. Deprecated for its name: how many "
            "are healthy is in healthyObjects."
        ),
    ] = 0
    progress: Annotated[str, Field(description="Applied objects of all, for a person: 9/10.")] = ""
    health: Annotated[
        Status | None,
        Field(description="How the worst of the objects is: Failed, Terminating, InProgress, Unknown or Current."),
    ] = None
    healthy_objects: Annotated[int, Field(description="Objects in the inventory that are healthy (Current).")] = 0
    unhealthy_objects: Annotated[
        int, Field(description="Objects in the inventory that are not healthy, or whose health is not known.")
    ] = 0
    unhealthy: Annotated[
        tuple[UnhealthyObject, ...],
        Field(description="The objects that are not healthy, the worst first; 20 of unhealthyObjects at the most."),
    ] = ()
    problems: Annotated[
        tuple[ObjectProblem, ...], Field(description="What is wrong with single documents or objects; the first 50.")
    ] = ()
    drifted: Annotated[
        tuple[DriftedObject, ...],
        Field(description="Objects that drifted and that driftPolicy does not revert; the first 50."),
    ] = ()
    held_prune: Annotated[
        HeldPrune | None, Field(description="What is not pruned before it is approved; missing when nothing is held.")
    ] = None
    deliveries: Annotated[
        tuple[TextDelivery, ...],
        Field(description="The newest texts with their times, from the source to healthy objects; 5 at the most."),
    ] = ()
    last_handled_requested_at: Annotated[
        str, Field(description="The requestedAt annotation that the last reconcile answered.")
    ] = ""
    deploy_state: Annotated[State | None, Field(description="Pending, Running, Succeeded, Failed or Stale.")] = (
        msgspec.field(default=None, name="DeployState")
    )
    last_error: Annotated[str, Field(description="Message of the last failure; empty when there is none.")] = ""
    last_sync_time: Annotated[
        str,
        Field(
            description="When the last reconcile that changed anything ended (RFC 3339).", extra_json_schema=DATE_TIME
        ),
    ] = ""
    seal: Annotated[
        str,
        Field(
            description="Shows that Vidra wrote this status, all of it, for this VidraResource. Nobody else can make "
            "one, and without it nothing in the status decides what is deleted or taken over."
        ),
    ] = ""


class VidraResource(msgspec.Struct, frozen=True, rename="camel"):
    """A VidraResource holds one manifest and keeps its objects applied, and in its inventory until they are deleted."""

    KIND: ClassVar[str] = RESOURCE_KIND
    metadata: Meta
    spec: Annotated[ResourceSpec, Field(description="Desired state.", extra_json_schema=ONE_MANIFEST)]
    status: ResourceStatus = ResourceStatus()
    api_version: str = API_VERSION
    kind: str = RESOURCE_KIND

    @property
    def key(self) -> str:
        """Tells it from every other."""
        return self.metadata.name

    @property
    def inventory(self) -> tuple[ManagedObject, ...]:
        """Every object that it has, or may have, in a cluster.

        Invariant: this is never less than what may have been applied. The sync that creates a VidraResource announces
        its objects with it, so that the first reconcile need not list them before it applies them. The first status,
        whatever it says, lists what was announced (`controllers/resource/status/writer.py`), and from then on only the
        status counts. What is announced has no UID: only the object itself can tell that it was applied.
        """
        status, announced = self.status, self.spec.announced
        if self.has_status or announced is None or announced.resource != self.metadata.name:
            return status.managed_resources
        return tuple(
            ManagedObject(item.api_version, item.kind, item.name, item.namespace, item.server, wave=item.wave)
            for item in announced.objects
        )

    @property
    def is_inventory_seen(self) -> bool:
        """Whether the whole inventory is here; otherwise a part of it is in ConfigMaps that are not read.

        Invariant: an inventory of which something cannot be seen is not a shorter one. Nothing is applied, pruned or
        found healthy by it (`controllers/runtime/inventory_store.py`).
        """
        pieces = self.status.inventory
        return pieces is None or len(self.status.managed_resources) == pieces.objects

    @property
    def has_status(self) -> bool:
        """Whether a reconcile has written anything into its status; one that was restored from a backup has none."""
        return bool(self.status.observed_generation or self.status.managed_resources)


def without_old_announcement(resource: VidraResource) -> VidraResource:
    """The same without what was announced, if that does not count any more: nothing of it need be remembered."""
    if resource.spec.announced is None or not resource.has_status:
        return resource
    return msgspec.structs.replace(resource, spec=msgspec.structs.replace(resource.spec, announced=None))
