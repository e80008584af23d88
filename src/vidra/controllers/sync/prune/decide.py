"""Decides when VidraResources of unlisted artifacts may be deleted: pure.

The replacement is applied first. While both own an object it cannot be deleted; deleting the old owner then only
releases its fields. A limit applies to how many are deleted at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import msgspec

from vidra.api.held_prune import SyncHeldPrune
from vidra.api.reasons import Reason
from vidra.api.resource import ObjectProblem, VidraResource
from vidra.api.sync import Sync
from vidra.common.text import limited
from vidra.controllers.resource.apply.sibling_handover import may_have_objects_in_common
from vidra.controllers.resource.status.compute import LISTED
from vidra.controllers.runtime.context import place_of
from vidra.controllers.sync.artifacts.diff import SyncProblem, artifact_of
from vidra.controllers.sync.artifacts.resource_choice import current_resource
from vidra.controllers.sync.prune.hold import hold, hold_problem
from vidra.controllers.sync.status.compute import ready

Unlisted = Mapping[str, frozenset[str]]
"""VidraResources whose artifacts are missing in a complete list, by name. The value: artifacts that were listed
together with it and have not changed since. None of those has replaced it."""

_NOT_AN_OBJECT = frozenset({Reason.INVALID_MANIFEST, Reason.TOO_LARGE})
"""Problems that do not say which object they are about."""


class PruneDecision(msgspec.Struct, frozen=True):
    """What is to be done about the unlisted."""

    go: tuple[VidraResource, ...] = ()
    waits_for: tuple[str, ...] = ()
    """Why nothing is deleted yet: possible replacements that are not applied."""
    held: SyncHeldPrune | None = None
    """What a person has to approve first."""
    problem: SyncProblem | None = None
    """Why it is held."""
    stay: int = 0
    """How many wait, or are held."""

    @property
    def note(self) -> str:
        """The text for the status of the sync; empty when nothing waits."""
        if not self.waits_for:
            return ""
        names = limited(self.waits_for, 3)
        what = "1 VidraResource that is" if self.stay == 1 else f"{self.stay} VidraResources that are"
        return f"{what} no longer listed will be deleted when its possible replacement is Ready: {names}"


def unlisted(
    remove: Iterable[VidraResource],
    listed: frozenset[str],
    changed: Collection[str],
    before: Unlisted,
    last: frozenset[str],
) -> Unlisted:
    """Note which VidraResources are no longer listed.

    Args:
        listed: Ids of the listed artifacts.
        changed: Those of them that are new or have another text than in the last listing.
        before: The unlisted ones of the last listing.
        last: Ids of the artifacts in the last listing; empty when there was none.
    """
    known: dict[str, frozenset[str]] = {}
    for item in remove:
        name = item.metadata.name
        beside = before.get(name, last if artifact_of(item) in last else frozenset())
        known[name] = (beside & listed) - frozenset(changed)
    return known


def decide_prune(
    sync: Sync,
    listed: frozenset[str],
    unlisted_resources: Unlisted,
    resources: Sequence[VidraResource],
    expects: Callable[[str, VidraResource], bool] = lambda _artifact, _item: True,
    *,
    moves: Callable[[VidraResource], Collection[str]] = lambda _: (),
    before: int | None = None,
    vouches: Callable[[VidraResource], bool] = lambda _: True,
) -> PruneDecision:
    """Decide about the unlisted, by the current status of the others.

    Args:
        expects: Whether an artifact may still come to the cluster of one of them.
        moves: The clusters that one of them goes to instead.
        before: How many objects the sync had when the first of them was missed, if that is known.
        vouches: Whether the sync gave a VidraResource its text.
    """
    going = [
        item for item in resources if item.metadata.name in unlisted_resources and not item.metadata.deletion_timestamp
    ]
    if not going:
        return PruneDecision()
    others = [item for item in resources if item.metadata.name not in unlisted_resources]
    there: dict[str, list[VidraResource]] = {}
    for item in current_resource(others, vouches):
        there.setdefault(artifact_of(item), []).append(item)
    waits_for = _arriving(going, others, moves)
    for artifact in sorted(listed):
        for item in going:
            for successor in _successors(there.get(artifact, ()), item, expects(artifact, item)):
                if successor is not None and ready(successor) and not successor.metadata.deletion_timestamp:
                    continue
                if may_want(successor, item, beside=artifact in unlisted_resources[item.metadata.name]):
                    waits_for[successor.metadata.name if successor else f"artifact {artifact}"] = None
    # How many objects go with them is not known, nor which; and they could not be deleted yet.
    waits_for |= {item.metadata.name: None for item in going if not item.is_inventory_seen}
    if waits_for:
        # What was held stays held: an addition must not release it.
        return PruneDecision(waits_for=tuple(waits_for), held=sync.status.held_prune, stay=len(going))
    if not listed:
        return PruneDecision(go=tuple(going))
    found = hold(sync, going, others, before, vouches)
    problem = hold_problem(sync, found.held, found.stay) if found.held else None
    return PruneDecision(go=found.go, held=found.held, problem=problem, stay=len(found.stay))


def _arriving(
    going: Iterable[VidraResource], others: Iterable[VidraResource], moves: Callable[[VidraResource], Collection[str]]
) -> dict[str, None]:
    """What is not Ready yet in the clusters that artifacts go to instead: they leave the old ones after that."""
    there = {(artifact_of(item), place_of(item)): item for item in others}
    found: dict[str, None] = {}
    for old in going:
        artifact = artifact_of(old)
        for place in moves(old):
            item = there.get((artifact, place))
            if item is None or not ready(item) or item.metadata.deletion_timestamp:
                found[item.metadata.name if item else f"artifact {artifact}"] = None
    return found


def _successors(candidates: Iterable[VidraResource], old: VidraResource, expected: bool) -> list[VidraResource | None]:
    """The VidraResources of one artifact that may replace an older one; None for one that does not exist yet.

    Args:
        expected: Whether the artifact may still come to the cluster of the older one.
    """
    found: list[VidraResource | None] = [item for item in candidates if may_have_objects_in_common(item, old)]
    return found or ([None] if expected else [])


def may_want(successor: VidraResource | None, old: VidraResource, *, beside: bool = False) -> bool:
    """Whether one that is not ready may be about to own what an older VidraResource has.

    Args:
        successor: None when it has not been created yet.
        beside: Both were wanted at the same time, so an unreadable document in it does not replace the other's object.
    """
    if successor is None or successor.metadata.deletion_timestamp:
        return not beside
    problems = successor.status.problems
    if successor.status.observed_generation < successor.metadata.generation or not problems:
        return True
    has = {(entry.kind, entry.name) for entry in old.inventory}
    if any(_object(problem) in has for problem in problems):
        return True
    return not beside and (len(problems) >= LISTED or any(item.reason in _NOT_AN_OBJECT for item in problems))


def _object(problem: ObjectProblem) -> tuple[str, str]:
    """Kind and name of the object that a problem is about; its namespace may not have been known."""
    kind, _, rest = problem.object.partition(" ")
    return kind, rest.rpartition(" (")[0].rpartition("/")[2]
