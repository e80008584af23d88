"""The two kinds of sync: which units of which source go where.

Everything but the source is the same in both, and nothing asks which kind it is: `Sync` is what both are.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Self

import msgspec
from msgspec import Meta as Field

from vidra.api.conditions import Condition
from vidra.api.health import Status, UnhealthyObject
from vidra.api.held_prune import SyncHeldPrune
from vidra.api.meta import Meta
from vidra.api.names import API_VERSION, SYNC_KIND, VIDRA_SYNC_KIND
from vidra.api.policies import Policies
from vidra.api.render import Render
from vidra.api.sources import ArtifactTargets, InfrahubSource, SourceSpec
from vidra.api.sources.values import ValuesList
from vidra.api.validation import (
    CONDITIONS,
    CONTEXT,
    DATE_TIME,
    INTERVAL,
    NAMESPACE,
    NOT_EMPTY,
    ONE_ARTIFACT_NAME,
    ONE_SOURCE,
    SELECTOR,
    SELECTOR_TERM,
    SERVER,
    SERVICE_ACCOUNT,
    SYNC_DESTINATION,
    VIDRA_SYNC,
)


class State(StrEnum):
    """`syncState` and `DeployState`: the first Vidra's word for what the Ready condition says."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    STALE = "Stale"


class Destination(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Where the objects go."""

    server: Annotated[
        str | None,
        Field(
            description="URL of the destination's Kubernetes API server. Empty or https://kubernetes.default.svc: "
            "the cluster that Vidra runs in. Any other is looked up in the Secrets labelled cluster-kubeconfig.",
            extra_json_schema=SERVER,
        ),
    ] = None
    context: Annotated[
        str | None,
        Field(
            description="Name of the context to use of that server's kubeconfig. Default: the one whose server it is, "
            "the current one first.",
            extra_json_schema=CONTEXT,
        ),
    ] = None
    namespace: Annotated[
        str | None,
        Field(
            description="Namespace for namespaced objects that name none. Default: default.",
            extra_json_schema=NAMESPACE,
        ),
    ] = None
    create_namespace: Annotated[
        bool,
        Field(
            description="Create the namespace above if it is missing. Vidra then manages it, and deletes it only when "
            "nobody else owns it."
        ),
    ] = False
    reconcile_on_events: Annotated[
        bool, Field(description="Revert drift as soon as it is seen instead of at the next interval.")
    ] = False


class Operator(StrEnum):
    """How a label is compared, as in any label selector of Kubernetes."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


class SelectorTerm(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One comparison of a label selector."""

    key: Annotated[str, Field(description="Name of the label.", extra_json_schema=NOT_EMPTY)]
    operator: Annotated[Operator, Field(description="In, NotIn, Exists or DoesNotExist.")]
    values: Annotated[tuple[str, ...], Field(description="With In and NotIn: the values compared with.")] = ()


class ClusterSelector(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Clusters by the labels of their Secrets; all of it must be so."""

    match_labels: Annotated[
        dict[str, str], Field(description="Labels that a cluster's Secret must have, with these values.")
    ] = {}
    match_expressions: Annotated[
        tuple[Annotated[SelectorTerm, Field(extra_json_schema=SELECTOR_TERM)], ...],
        Field(description="Comparisons of its labels.", extra_json_schema={"maxItems": 32}),
    ] = ()


class StopMatching(StrEnum):
    """What becomes of the objects in a cluster that the selector no longer matches."""

    WITHDRAW = "Withdraw"
    """They go, as if their artifacts were no longer listed: under deletionPolicy and pruneLimit."""
    LEAVE = "Leave"
    """They stay as they are, without Vidra's labels and field ownership."""


class Routing(StrEnum):
    """Which of the selected clusters a unit goes to."""

    EVERYWHERE = "Everywhere"
    """Every one."""
    BY_TARGET = "ByTarget"
    """Those whose Secrets say that they are for the object that the artifact is for."""


class Rollout(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """How a change reaches many clusters."""

    max_concurrent: Annotated[
        int | None,
        Field(
            description="Clusters that take a change at a time; one that fails at it stops the rest. Default: all at "
            "once, and none waits for another.",
            extra_json_schema={"format": "int32", "minimum": 1},
        ),
    ] = None


class SyncDestination(Destination, frozen=True, rename="camel", omit_defaults=True):
    """Where the objects go: one cluster, or every one that a selector matches."""

    cluster_selector: Annotated[
        ClusterSelector | None,
        Field(
            description="Labels of the Secrets labelled cluster-kubeconfig: the objects go to every cluster whose "
            "Secret matches. Instead of server.",
            extra_json_schema=SELECTOR,
        ),
    ] = None
    stop_matching: Annotated[
        StopMatching | None,
        Field(
            description="When a cluster's Secret no longer matches. Withdraw: its objects are pruned. Leave: they "
            "stay, without Vidra's labels and field ownership. Default: Withdraw. A Secret that is deleted is neither: "
            "nothing can be done."
        ),
    ] = None
    rollout: Annotated[Rollout | None, Field(description="How a change reaches the clusters.")] = None
    routing: Annotated[
        Routing | None,
        Field(
            description="Which of these clusters an artifact goes to. Everywhere: every one. ByTarget: those whose "
            "Secret names the object of Infrahub that the artifact is for, in the label or annotation "
            "vidra.infrahub.operators.com/target. Default: Everywhere."
        ),
    ] = None


class AllowEmpty(StrEnum):
    """When an empty result is taken at its word, beside always and never."""

    CONFIRMED = "Confirmed"
    """When the source shows that the names in the spec are right: it could have something, and has nothing."""


class SyncSpec(Policies, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Desired state; each kind of sync has its own source."""

    source: object
    destination: Annotated[
        SyncDestination, Field(description="Where the objects go.", extra_json_schema=SYNC_DESTINATION)
    ] = SyncDestination()
    interval: Annotated[
        str | None,
        Field(
            description="How often the source is asked for changes, as a Go duration (30s, 5m, 1h30m). Default: "
            "requeueSyncAfter of Vidra's ConfigMap, which is 1m unless set.",
            extra_json_schema=INTERVAL,
        ),
    ] = None
    suspend: Annotated[
        bool,
        Field(description="Stop fetching, applying and pruning for this sync. What is applied stays as it is."),
    ] = False
    allow_empty: Annotated[
        bool | AllowEmpty,
        Field(
            description="true: accept an empty list of artifacts, or an empty artifact, and prune what was there. "
            "Confirmed: an empty list only, and only while Infrahub has a definition of artifacts of the name. "
            "false: an empty result is held and reported."
        ),
    ] = False

    @property
    def takes_empty(self) -> bool:
        """Whether an empty result is taken at its word, whatever else is known."""
        return self.allow_empty is True


class ClusterStatus(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """State of a sync with a clusterSelector in one cluster."""

    name: Annotated[str, Field(description="Namespace and name of the cluster's Secret; empty when it is deleted.")]
    server: Annotated[str, Field(description="API server of the cluster.")]
    ready: Annotated[bool, Field(description="Whether every VidraResource of the sync for it is Ready.")] = False
    reason: Annotated[str, Field(description="Machine-readable reason why not; or Synced.")] = ""
    message: Annotated[str, Field(description="Human-readable message, shortened.")] = ""


class SyncStatus(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Observed state."""

    observed_generation: Annotated[
        int, Field(description="Generation of the spec that the last reconcile worked from.")
    ] = 0
    conditions: Annotated[
        tuple[Condition, ...],
        Field(description="Ready, Reconciling and Stalled, with reason and message.", extra_json_schema=CONDITIONS),
    ] = ()
    checksums: Annotated[
        tuple[str, ...], Field(description="MD5 checksums of the artifacts that are stored, sorted.")
    ] = ()
    artifacts: Annotated[int, Field(description="Units that the source lists: artifacts, folders, keys.")] = 0
    revision: Annotated[
        str, Field(description="State of the source that was listed last, such as main@sha1:…; empty for Infrahub.")
    ] = ""
    resources: Annotated[int, Field(description="VidraResources of this sync.")] = 0
    ready_resources: Annotated[int, Field(description="VidraResources of this sync that are Ready.")] = 0
    objects: Annotated[int, Field(description="Kubernetes objects in their inventories.")] = 0
    progress: Annotated[str, Field(description="Ready VidraResources of all, for a person: 98/100.")] = ""
    health: Annotated[
        Status | None,
        Field(description="How the worst of the objects is: Failed, Terminating, InProgress, Unknown or Current."),
    ] = None
    healthy_objects: Annotated[int, Field(description="Objects in their inventories that are healthy (Current).")] = 0
    unhealthy_objects: Annotated[
        int, Field(description="Objects in their inventories that are not healthy, or whose health is not known.")
    ] = 0
    unhealthy: Annotated[
        tuple[UnhealthyObject, ...],
        Field(description="The objects that are not healthy, the worst first; 20 of unhealthyObjects at the most."),
    ] = ()
    clusters: Annotated[
        tuple[ClusterStatus, ...],
        Field(
            description="With a clusterSelector: the clusters, those that are not Ready first; 100 of them at the most."
        ),
    ] = ()
    cluster_progress: Annotated[
        str, Field(description="With a clusterSelector: Ready clusters of all, for a person: 198/200.")
    ] = ""
    held_prune: Annotated[
        SyncHeldPrune | None,
        Field(description="What is not pruned before it is approved; missing when nothing is held."),
    ] = None
    last_handled_requested_at: Annotated[
        str, Field(description="The requestedAt annotation that the last reconcile answered.")
    ] = ""
    sync_state: Annotated[State | None, Field(description="Pending, Running, Succeeded, Failed or Stale.")] = None
    last_error: Annotated[str, Field(description="Message of the last failure; empty when there is none.")] = ""
    last_sync_time: Annotated[
        str,
        Field(
            description="When the last reconcile that changed anything ended (RFC 3339).", extra_json_schema=DATE_TIME
        ),
    ] = ""


class Sync(msgspec.Struct, frozen=True, rename="camel"):
    """A sync of either kind."""

    KIND: ClassVar[str]
    metadata: Meta
    spec: SyncSpec
    status: SyncStatus = SyncStatus()
    api_version: str = API_VERSION
    kind: str = ""

    @property
    def key(self) -> str:
        """Tells it from every other sync, of the other kind too."""
        return sync_key(self.kind, self.metadata.name)

    @property
    def source(self) -> SourceSpec:
        """Where its units come from."""
        raise NotImplementedError

    @property
    def render(self) -> Render:
        """How the folders of its source become manifests."""
        return Render()

    @property
    def values_from(self) -> ValuesList:
        """Everything that it takes values or variables from."""
        of_chart = self.source.helm or self.render.helm
        return (*of_chart.values_from, *self.render.kustomize.substitute_from)

    @property
    def reads(self) -> tuple[SourceSpec, ...]:
        """Everything that it reads from: its source, and the Infrahubs that it takes values from."""
        values = (item.infrahub.infrahub for item in self.values_from if item.infrahub)
        return (self.source, *(SourceSpec(infrahub=item) for item in values))

    def reading(self, source: SourceSpec) -> Self:
        """The same sync with another source, of the same kind."""
        raise NotImplementedError


def asked(source: SourceSpec, destination: SyncDestination) -> SourceSpec:
    """What a source is asked for. Where targets decide about clusters, it has to say what each artifact is for."""
    infrahub = source.infrahub
    if destination.routing is not Routing.BY_TARGET or infrahub is None or infrahub.targets is not None:
        return source
    return msgspec.structs.replace(source, infrahub=msgspec.structs.replace(infrahub, targets=ArtifactTargets()))


def sync_key(kind: str, name: str) -> str:
    """The key of a sync: `<name>`, or `VidraSync/<name>`. No name has a slash.

    What was made before there was a second kind is found by the name alone, so that is the key of an InfrahubSync.
    """
    return name if kind == SYNC_KIND else f"{kind}/{name}"


def kind_and_name(key: str) -> tuple[str, str]:
    """The kind and name of the sync with a key."""
    kind, _, name = key.rpartition("/")
    return kind or SYNC_KIND, name


class InfrahubSyncSpec(SyncSpec, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Desired state."""

    source: Annotated[
        InfrahubSource, Field(description="Where the artifacts come from.", extra_json_schema=ONE_ARTIFACT_NAME)
    ]


class InfrahubSync(Sync, frozen=True, rename="camel"):
    """An InfrahubSync names an artifact, an Infrahub branch and a destination; Vidra keeps the objects applied."""

    KIND: ClassVar[str] = SYNC_KIND
    spec: Annotated[InfrahubSyncSpec, Field(extra_json_schema=SERVICE_ACCOUNT)]
    kind: str = SYNC_KIND

    @property
    def source(self) -> SourceSpec:
        """Its Infrahub, and what it selects there."""
        return asked(SourceSpec(infrahub=self.spec.source), self.spec.destination)

    def reading(self, source: SourceSpec) -> Self:
        """The same sync, which reads other artifacts."""
        spec = msgspec.structs.replace(self.spec, source=source.infrahub or self.spec.source)
        return msgspec.structs.replace(self, spec=spec)


class VidraSyncSpec(SyncSpec, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Desired state."""

    source: Annotated[SourceSpec, Field(description="Where the manifests come from.", extra_json_schema=ONE_SOURCE)]
    render: Annotated[
        Render | None,
        Field(
            description="How folders of git, oci, http and flux become manifests. Each folder says itself what it is: "
            "with kustomization.yaml, with Chart.yaml, or with neither plain manifests."
        ),
    ] = None


class VidraSync(Sync, frozen=True, rename="camel"):
    """A VidraSync names a source of manifests and a destination; Vidra keeps the objects applied."""

    KIND: ClassVar[str] = VIDRA_SYNC_KIND
    spec: Annotated[VidraSyncSpec, Field(extra_json_schema=VIDRA_SYNC)]
    kind: str = VIDRA_SYNC_KIND

    @property
    def source(self) -> SourceSpec:
        """The source that its spec names."""
        return asked(self.spec.source, self.spec.destination)

    @property
    def render(self) -> Render:
        """As its spec says."""
        return self.spec.render or Render()

    def reading(self, source: SourceSpec) -> Self:
        """The same sync, which reads from another source."""
        return msgspec.structs.replace(self, spec=msgspec.structs.replace(self.spec, source=source))


SYNC_TYPES: tuple[type[Sync], ...] = (InfrahubSync, VidraSync)
"""The kinds of sync."""
