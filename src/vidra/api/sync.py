"""InfrahubSync: which artifacts of which Infrahub go where."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta as Field

from vidra.api.conditions import Condition
from vidra.api.health import Status
from vidra.api.meta import Meta
from vidra.api.names import API_VERSION, SYNC_KIND
from vidra.api.policies import Policies
from vidra.api.rules import (
    CONDITIONS,
    DATE_TIME,
    INFRAHUB_URL,
    INTERVAL,
    NAMESPACE,
    NOT_EMPTY,
    ONE_ARTIFACT_NAME,
    SERVER,
    TARGET_DATE,
)


class State(StrEnum):
    """`syncState` and `DeployState`: the first Vidra's word for what the Ready condition says."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    STALE = "Stale"


class Source(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Where the artifacts come from."""

    infrahub_api_url: Annotated[
        str,
        Field(
            description="Address of the Infrahub server, http or https, with port and path if it has them.",
            extra_json_schema=INFRAHUB_URL,
        ),
    ] = msgspec.field(name="infrahubAPIURL")
    artefact_name: Annotated[
        str | None,
        Field(description="Name of the artifacts to sync. The same as artifactName.", extra_json_schema=NOT_EMPTY),
    ] = None
    artifact_name: Annotated[
        str | None,
        Field(
            description="Name of the artifacts to sync: every artifact of this name becomes one VidraResource.",
            extra_json_schema=NOT_EMPTY,
        ),
    ] = None
    target_branch: Annotated[
        str,
        Field(description="Infrahub branch to read from.", extra_json_schema={**NOT_EMPTY, "default": "main"}),
    ] = "main"
    target_date: Annotated[
        str | None,
        Field(
            description="Read the data as it was at this time: RFC 3339 (2025-01-31T12:00:00Z), or relative to now "
            "(now-2h, -2d). Missing or empty: the newest data.",
            extra_json_schema=TARGET_DATE,
        ),
    ] = None

    @property
    def artifact(self) -> str:
        """The name of the artifacts, in whichever spelling it was given; empty if in neither."""
        return self.artifact_name or self.artefact_name or ""


class Destination(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Where the objects go."""

    server: Annotated[
        str | None,
        Field(
            description="URL of the destination's Kubernetes API server. Missing or https://kubernetes.default.svc: "
            "the cluster that Vidra runs in. Any other is looked up in the Secrets labelled cluster-kubeconfig.",
            extra_json_schema=SERVER,
        ),
    ] = None
    namespace: Annotated[
        str | None,
        Field(
            description="Namespace for namespaced objects that name none. Missing: default.",
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
        bool, Field(description="Put drift back as soon as it is seen instead of at the next interval.")
    ] = False


class SyncSpec(Policies, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What should be."""

    source: Annotated[Source, Field(description="Where the artifacts come from.", extra_json_schema=ONE_ARTIFACT_NAME)]
    destination: Annotated[Destination, Field(description="Where the objects go.")] = Destination()
    interval: Annotated[
        str | None,
        Field(
            description="How often Infrahub is asked for changes, as a Go duration (30s, 5m, 1h30m). Missing: "
            "requeueSyncAfter of Vidra's ConfigMap, which is 1m unless set.",
            extra_json_schema=INTERVAL,
        ),
    ] = None
    suspend: Annotated[
        bool,
        Field(description="Stop fetching, applying and pruning for this sync. What is applied stays as it is."),
    ] = False
    allow_empty: Annotated[
        bool,
        Field(
            description="Take an empty list of artifacts, or an empty artifact, at its word and prune what was there. "
            "Otherwise an empty result is held and reported."
        ),
    ] = False


class SyncStatus(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What is."""

    observed_generation: Annotated[int, Field(description="Generation of the spec that the last pass worked from.")] = 0
    conditions: Annotated[
        tuple[Condition, ...],
        Field(description="Ready, Reconciling and Stalled, with reason and message.", extra_json_schema=CONDITIONS),
    ] = ()
    checksums: Annotated[
        tuple[str, ...], Field(description="MD5 checksums of the artifacts that are stored, sorted.")
    ] = ()
    artifacts: Annotated[int, Field(description="Artifacts that Infrahub lists.")] = 0
    resources: Annotated[int, Field(description="VidraResources of this sync.")] = 0
    ready_resources: Annotated[int, Field(description="VidraResources of this sync that are Ready.")] = 0
    objects: Annotated[int, Field(description="Kubernetes objects in their inventories.")] = 0
    progress: Annotated[str, Field(description="Ready VidraResources of all, for a person: 98/100.")] = ""
    health: Annotated[
        Status | None,
        Field(description="How the worst of the objects is: Failed, Terminating, InProgress, Unknown or Current."),
    ] = None
    last_handled_requested_at: Annotated[
        str, Field(description="The requestedAt annotation that the last pass answered.")
    ] = ""
    sync_state: Annotated[State | None, Field(description="Pending, Running, Succeeded, Failed or Stale.")] = None
    last_error: Annotated[str, Field(description="Message of the last failure; empty when there is none.")] = ""
    last_sync_time: Annotated[
        str,
        Field(description="When the last pass ended that changed anything (RFC 3339).", extra_json_schema=DATE_TIME),
    ] = ""


class InfrahubSync(msgspec.Struct, frozen=True, rename="camel"):
    """An InfrahubSync names an artifact, an Infrahub branch and a destination; Vidra keeps the objects applied."""

    metadata: Meta
    spec: SyncSpec
    status: SyncStatus = SyncStatus()
    api_version: str = API_VERSION
    kind: str = SYNC_KIND
