"""VidraResources and InfrahubSyncs as they are in a cluster, for what is computed from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from vidra.api.conditions import Condition
from vidra.api.health import Status
from vidra.api.meta import Meta, OwnerReference
from vidra.api.names import API_VERSION, SYNC_KIND
from vidra.api.policies import DeletionPolicy
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, ObjectProblem, ResourceSpec, ResourceStatus, VidraResource
from vidra.api.sources import InfrahubSource
from vidra.api.sync import InfrahubSync, InfrahubSyncSpec


def resource(
    name: str,
    objects: Sequence[ManagedObject] = (),
    *,
    sync: str = "",
    kind: str = SYNC_KIND,
    ready: Literal["True", "False", "Unknown", ""] = "True",
    problems: Sequence[ObjectProblem] = (),
    policy: DeletionPolicy = DeletionPolicy.DELETE,
) -> VidraResource:
    """A VidraResource with an inventory of healthy objects.

    Args:
        sync: Which made it; empty: a person did.
        kind: Of that sync.
        ready: The status of its condition Ready; empty: it was never reconciled.
    """
    owners = (OwnerReference(API_VERSION, kind, sync, "u"),) if sync else ()
    conditions = (Condition("Ready", ready, Reason.APPLIED, "all of it"),) if ready else ()
    return VidraResource(
        Meta(name=name, owner_references=owners),
        ResourceSpec(manifest="", deletion_policy=policy),
        ResourceStatus(
            conditions=conditions,
            managed_resources=tuple(objects),
            problems=tuple(problems),
            health=Status.CURRENT,
            healthy_objects=len(objects),
        ),
    )


def sync(name: str, *, policy: DeletionPolicy = DeletionPolicy.DELETE) -> InfrahubSync:
    """An InfrahubSync that was never reconciled."""
    source = InfrahubSource(infrahub_api_url="https://infrahub.example", artifact_name="Web", target_branch="main")
    return InfrahubSync(Meta(name=name), InfrahubSyncSpec(source=source, deletion_policy=policy))
