"""Deletes the VidraResources of a sync that are to be pruned, with the sync's current policies."""

from __future__ import annotations

from collections.abc import Container, Sequence

import msgspec

from vidra.api.held_prune import SyncHeldPrune
from vidra.api.policies import DeletionPolicy, Policies
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.controllers.runtime.context import ControllerContext
from vidra.controllers.runtime.status_patch import difference, path_of
from vidra.controllers.sync.artifacts.diff import SyncProblem
from vidra.controllers.sync.artifacts.writer import policies
from vidra.controllers.sync.destinations.targets import targets_of
from vidra.controllers.sync.prune.decide import PruneDecision, decide_prune
from vidra.controllers.sync.source.poll_state import PollState
from vidra.kube.errors import KubeError
from vidra.kube.operations import delete, merge_patch


class PruneResult(msgspec.Struct, frozen=True):
    """What was done about the unlisted this time."""

    removed: int = 0
    troubles: tuple[SyncProblem, ...] = ()
    note: str = ""
    """Why some stay for now."""
    failed: bool = False
    """Some could not be deleted: worth another try."""
    held: SyncHeldPrune | None = None
    """What is not deleted before a person approves."""


async def prune(shared: ControllerContext, sync: Sync, poll: PollState) -> PruneResult:
    """Delete the unlisted ones that nothing holds back; none while the listing is not current."""
    done = poll.done
    shared.being_deleted.note(sync.key, done.unlisted_resources)
    if poll.failure:
        return PruneResult(held=sync.status.held_prune)
    if not done.unlisted_resources:
        # An incomplete list does not show what was deleted, so it does not change what is held.
        return PruneResult(held=None if done.complete else sync.status.held_prune)
    group = shared.resources.group(sync.key)
    targets, routes = targets_of(sync, shared.clusters.catalogue, group), done.routes
    decision: PruneDecision = decide_prune(
        *(sync, done.artifacts, done.unlisted_resources, group),
        expects=lambda artifact, item: targets.expects(item, routes.limits(artifact)),
        moves=routes.instead,
        before=done.objects,
        vouches=shared.content.vouches,
    )
    troubles = await _remove(shared, sync, decision.go, done.left)
    return PruneResult(
        removed=len(decision.go) - len(troubles),
        troubles=((decision.problem,) if decision.problem else ()) + tuple(troubles),
        note=decision.note,
        failed=bool(troubles),
        held=decision.held,
    )


async def delete_resource(
    shared: ControllerContext, sync: Sync, resource: VidraResource, *, orphan: bool = False
) -> None:
    """Delete one, so that its objects are treated as the sync says now.

    Args:
        orphan: The objects stay as they are, whatever the sync's deletion policy.

    Raises:
        KubeError: It could not be done.
    """
    has, wants = (Policies(**policies(spec)) for spec in (resource.spec, sync.spec))
    if orphan:
        wants = msgspec.structs.replace(wants, deletion_policy=DeletionPolicy.ORPHAN)
    patch = difference(msgspec.to_builtins(has), msgspec.to_builtins(wants))
    if patch:
        body = {"metadata": {"uid": resource.metadata.uid}, "spec": patch}
        shared.resources.changed(await merge_patch(shared.client, path_of(resource), body, VidraResource))
    await delete(shared.client, path_of(resource), uid=resource.metadata.uid)


async def _remove(
    shared: ControllerContext, sync: Sync, going: Sequence[VidraResource], left: Container[str]
) -> list[SyncProblem]:
    troubles: list[SyncProblem] = []
    for resource in going:
        try:
            await delete_resource(shared, sync, resource, orphan=resource.metadata.name in left)
        except KubeError as error:
            troubles.append(SyncProblem(Reason.PRUNE_FAILED, f"{resource.metadata.name} could not be deleted: {error}"))
    return troubles
