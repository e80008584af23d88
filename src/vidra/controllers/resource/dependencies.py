"""Checks `dependsOn`: what a VidraResource waits for before it applies anything new."""

from __future__ import annotations

from collections.abc import Iterable

from vidra.api.conditions import is_ready
from vidra.api.dependencies import Dependency
from vidra.api.health import Status
from vidra.api.reasons import Reason
from vidra.api.resource import ObjectProblem, VidraResource
from vidra.api.sync import Sync
from vidra.apply.field_owner import Owner
from vidra.clusters.cluster import Cluster
from vidra.controllers.resource.checksum import checksum_of
from vidra.controllers.resource.cluster import Target
from vidra.controllers.resource.health.object import as_of_now
from vidra.controllers.runtime.context import ControllerContext, sync_of
from vidra.controllers.runtime.dependency_cycles import dependency_cycle, own_resource
from vidra.kube.discovery import StaleDiscoveryError
from vidra.kube.object_watch import ObjectWatch, Place


async def obstacle(shared: ControllerContext, target: Target) -> ObjectProblem | None:
    """The first dependency that does not exist or is not healthy yet; None when nothing is waited for.

    A manifest that was applied completely is kept up in any case.

    Raises:
        KubeError: The cluster does not answer, or refuses access.
    """
    resource, cluster, owner = target.resource, target.cluster, target.owner
    if not resource.spec.depends_on or resource.status.applied_checksum == checksum_of(resource):
        return None
    problem = _own_obstacle(shared, resource) or await _foreign_obstacle(resource, cluster, owner)
    if problem is None:
        cluster.object_watches.hold(owner.manager, ())
    return problem


def _own_obstacle(shared: ControllerContext, resource: VidraResource) -> ObjectProblem | None:
    """The first of Vidra's own resources that is not Ready; None when all of them are."""
    sync = shared.syncs.get(sync_of(resource))
    start = _as_dependency(resource if sync is None else sync)
    if found := dependency_cycle(start, shared.syncs, shared.resources):
        return ObjectProblem(Reason.DEPENDENCY_CYCLE, found)
    for wanted in resource.spec.depends_on:
        if wanted.own and (why := _not_ready(shared, wanted)):
            return _waiting(wanted, why)
    return None


async def _foreign_obstacle(resource: VidraResource, cluster: Cluster, owner: Owner) -> ObjectProblem | None:
    """The first object in the destination's cluster that is not healthy; None when all of them are.

    The owner is enqueued when that changes.

    Raises:
        KubeError: The cluster does not answer, or refuses access.
    """
    foreign = [wanted for wanted in resource.spec.depends_on if not wanted.own]
    for wanted in foreign:
        if wanted.namespace and wanted.namespace == cluster.own_namespace:
            cluster.object_watches.hold(owner.manager, ())
            return _refused(wanted)
    places: list[Place] = []
    for wanted in foreign:
        try:
            kind = await cluster.discovery.find(wanted.api_version, wanted.kind)
        except StaleDiscoveryError as error:
            return _waiting(wanted, str(error))
        if kind is None:
            cluster.definitions.wait(owner.manager)
            return _waiting(wanted, f"the cluster does not serve its kind ({wanted.api_version})")
        places.append(Place(kind, wanted.namespace, wanted.name))
    seen = cluster.object_watches.hold(owner.manager, places)
    whys = ((wanted, _why(object_watch, cluster)) for wanted, object_watch in zip(foreign, seen, strict=True))
    obstacles = (_waiting(wanted, why) for wanted, why in whys if why)
    return next(obstacles, None)


def _why(seen: ObjectWatch, cluster: Cluster) -> str:
    """Why an object is waited for; empty when it need not be."""
    if not seen.known:
        return seen.interrupted or "it is being looked for"
    if seen.health is None:
        return "it is not there"
    health = as_of_now(cluster, seen.health)
    status, message = health.status, health.message
    return "" if status is Status.CURRENT else f"it is {status}" + (f" ({message})" if message else "")


def _refused(wanted: Dependency) -> ObjectProblem:
    """An object of Vidra's namespace is never looked at: to wait for it would tell whether it is there."""
    message = f"dependsOn: {wanted} is in Vidra's own namespace, which is not shown to syncs; depend on something else"
    return ObjectProblem(Reason.PROTECTED, message, str(wanted))


def _waiting(wanted: Dependency, why: str) -> ObjectProblem:
    return ObjectProblem(Reason.DEPENDENCY_NOT_READY, f"waiting for {wanted}: {why}", str(wanted))


def waits_for_any(problems: Iterable[ObjectProblem]) -> bool:
    """Whether it waits for a dependency of any kind, or in a dependency cycle."""
    return any(problem.reason in (Reason.DEPENDENCY_CYCLE, Reason.DEPENDENCY_NOT_READY) for problem in problems)


def waits_for(problems: Iterable[ObjectProblem], kind: str, name: str) -> bool:
    """Whether it waits for a sync or VidraResource of this name, or in a dependency cycle that may be resolved now."""
    return any(
        problem.reason == Reason.DEPENDENCY_CYCLE
        or (problem.reason == Reason.DEPENDENCY_NOT_READY and problem.object == f"{kind} {name}")
        for problem in problems
    )


def _not_ready(shared: ControllerContext, wanted: Dependency) -> str:
    """Why it is not Ready; empty when it is."""
    found = own_resource(wanted, shared.syncs, shared.resources)
    if found is None:
        return "there is none of that name"
    if found.metadata.deletion_timestamp:
        return "it is being deleted"
    return "" if is_ready(found.status.conditions, found.metadata.generation) else "it is not Ready"


def _as_dependency(item: Sync | VidraResource) -> Dependency:
    return Dependency(item.metadata.name, kind=item.kind)
