"""Decides which clusters may get a change now: pure.

A place (cluster) is
behind       it has not been given the newest texts and options
in progress  it has them, and is not Ready yet
failed       it has them and cannot become Ready: it never applied the text completely
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from vidra.api.conditions import ConditionType, find
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.controllers.runtime.context import ControllerContext, place_of
from vidra.controllers.sync.artifacts.diff import SyncProblem
from vidra.controllers.sync.destinations.targets import targets_of
from vidra.controllers.sync.status.compute import progressing, ready


class RolloutStep(msgspec.Struct, frozen=True):
    """Which places get the change, and which wait."""

    now: frozenset[str]
    """Those that may be written; most of them are up to date."""
    next: frozenset[str] = frozenset()
    """Those of them that are behind."""
    waiting: frozenset[str] = frozenset()
    stopped: SyncProblem | None = None
    """Why the rollout stopped."""

    @property
    def can_proceed(self) -> bool:
        """Whether some that are behind may get the change now."""
        return bool(self.next)

    @property
    def note(self) -> str:
        """The text for the status of the sync; empty when nothing waits."""
        count = len(self.waiting)
        if not count or self.stopped:
            return ""
        return f"rollout: {count} {'cluster is' if count == 1 else 'clusters are'} still to come"


def plan_rollout(
    sync: Sync, places: Sequence[str], behind: Iterable[str], resources: Iterable[VidraResource]
) -> RolloutStep:
    """Choose the places that may be given something new.

    Those that are Ready come first: a cluster that was unavailable before the rollout must not stop it.

    Args:
        places: All of the sync, in order.
    """
    late = set(behind)
    rollout = sync.spec.destination.rollout
    if rollout is None or rollout.max_concurrent is None or not late:
        return RolloutStep(frozenset(places), frozenset(late))
    by_place: dict[str, list[VidraResource]] = {item: [] for item in places}
    for resource in resources:
        by_place.get(place_of(resource), []).append(resource)
    current = [item for item in places if item not in late]
    failed = [item for at in current for item in by_place[at] if _failed(item)]
    if failed:
        return RolloutStep(frozenset(current), waiting=frozenset(late), stopped=_stopped(failed[0], len(late)))
    busy = sum(not all(ready(item) for item in by_place[at]) for at in current)
    queue = sorted((at for at in places if at in late), key=lambda at: not _well(by_place, at))
    now = queue[: max(0, rollout.max_concurrent - busy)]
    return RolloutStep(frozenset((*current, *now)), frozenset(now), frozenset(queue) - frozenset(now))


def current_step(shared: ControllerContext, sync: Sync, waiting: Collection[str]) -> RolloutStep:
    """The rollout step now, for the places that waited after the last listing."""
    if not waiting:
        return RolloutStep(frozenset())
    resources = shared.resources.group(sync.key)
    places = targets_of(sync, shared.clusters.catalogue, ()).places
    return plan_rollout(sync, places, [place for place in places if place in waiting], resources)


def _well(by_place: Mapping[str, Sequence[VidraResource]], place: str) -> bool:
    return all(ready(item) for item in by_place[place])


def _failed(resource: VidraResource) -> bool:
    content = resource.spec.content
    taken = content is not None and resource.status.applied_checksum == content.checksum
    return not ready(resource) and not progressing(resource) and not taken


def _stopped(resource: VidraResource, waiting: int) -> SyncProblem:
    condition = find(resource.status.conditions, ConditionType.READY)
    why = f" ({condition.reason}: {condition.message})" if condition else ""
    return SyncProblem(
        Reason.ROLLOUT_STOPPED,
        f"{resource.metadata.name} failed at {resource.spec.destination.server}{why}; "
        f"{waiting} clusters are not changed before that is put right",
    )
