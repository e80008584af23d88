"""The policies of a sync: what Vidra may do to objects that are shared, exist already, or are no longer wanted."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta as Field

from vidra.api.dependencies import Dependency
from vidra.api.drift import DriftPolicy, IgnoreDifference
from vidra.api.validation import INTERVAL, LIST_LIMIT, NAME, NAMESPACE


class ConflictPolicy(StrEnum):
    """What to do when another owner wants a field otherwise."""

    FAIL = "Fail"
    """Report it and leave the field alone."""
    FORCE = "Force"
    """Take the field from owners with a lower priority."""


class Adoption(StrEnum):
    """What to do with an object that exists and that Vidra did not create."""

    NEVER = "Never"
    """Report it and leave it alone."""
    IF_UNOWNED = "IfUnowned"
    """Take it over unless Helm, Flux, Argo CD, a controller or another Vidra has it."""
    ALWAYS = "Always"
    """Take it over."""


class DeletionPolicy(StrEnum):
    """What becomes of the objects when their VidraResource is deleted."""

    DELETE = "Delete"
    """Delete them; what finalizers keep then ends by itself."""
    ORPHAN = "Orphan"
    """Leave them as they are, without Vidra's labels and field ownership."""
    WAIT_FOR_TERMINATION = "WaitForTermination"
    """Delete them, each stage only when the one before it is really gone."""


class Policies(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Fields that syncs and VidraResources have in common; a sync passes its own on."""

    conflict_policy: Annotated[
        ConflictPolicy,
        Field(
            description="When another VidraResource has a field of a shared object with another value. Fail: report "
            "it. Force: take the field if this one's priority is higher."
        ),
    ] = ConflictPolicy.FAIL
    priority: Annotated[
        int,
        Field(
            description="Decides between VidraResources that want a field differently: with conflictPolicy Force the "
            "higher number wins. Equal numbers: the owner of the field keeps it.",
            extra_json_schema={"format": "int32"},
        ),
    ] = 0
    adoption: Annotated[
        Adoption,
        Field(
            description="When an object exists that Vidra did not create. Never: report it and leave it alone. "
            "IfUnowned: adopt it unless Helm, Flux, Argo CD, a controller or another Vidra has it. Always: adopt "
            "it. An adopted object is managed by Vidra, and deleted like any other."
        ),
    ] = Adoption.NEVER
    deletion_policy: Annotated[
        DeletionPolicy,
        Field(
            description="When this is deleted. Delete: delete its objects. Orphan: leave them as they are. "
            "WaitForTermination: delete them and wait, stage by stage, until they no longer exist."
        ),
    ] = DeletionPolicy.DELETE
    deletion_timeout: Annotated[
        str | None,
        Field(
            description="How long a deletion may take, as a Go duration. Then it ends with a Warning that lists what "
            "was left behind. Default: 5m.",
            extra_json_schema=INTERVAL,
        ),
    ] = None
    prune_limit: Annotated[
        int,
        Field(
            description="Percentage of the objects that one change may prune; more than 10 objects and more than this "
            "is held until it is approved. 100: never held.",
            extra_json_schema={"format": "int32", "minimum": 0, "maximum": 100},
        ),
    ] = 50
    drift_policy: Annotated[
        DriftPolicy,
        Field(
            description="When an object drifted. Revert: revert it, at once or at the interval. Report: "
            "list it in the status, with the fields, and write nothing until the manifest changes."
        ),
    ] = DriftPolicy.REVERT
    ignore_differences: Annotated[
        tuple[IgnoreDifference, ...],
        Field(description="Fields that others may set, such as an autoscaler.", extra_json_schema=LIST_LIMIT),
    ] = ()
    depends_on: Annotated[
        tuple[Dependency, ...],
        Field(
            description="Syncs that have to be Ready, and objects that have to exist and be healthy, before anything "
            "new is applied.",
            extra_json_schema=LIST_LIMIT,
        ),
    ] = ()
    wait: Annotated[
        bool,
        Field(description="Ready only when all objects are healthy, not as soon as they are applied."),
    ] = False
    health_timeout: Annotated[
        str | None,
        Field(
            description="With wait: how long objects may take to be healthy before they count as failed, as a Go "
            "duration. Default: 5m.",
            extra_json_schema=INTERVAL,
        ),
    ] = None
    service_account_name: Annotated[
        str | None,
        Field(
            description="ServiceAccount of the destination that Vidra impersonates there. Default: Vidra's own user.",
            extra_json_schema={**NAME, "minLength": 1},
        ),
    ] = None
    service_account_namespace: Annotated[
        str | None,
        Field(
            description="Namespace of that ServiceAccount, in the destination.",
            extra_json_schema={**NAMESPACE, "minLength": 1},
        ),
    ] = None
