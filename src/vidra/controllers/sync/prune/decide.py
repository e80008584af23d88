"""When VidraResources of artifacts that are no longer listed may go: pure.

What has come in their place is applied first; while both own an object it cannot vanish, and when the older one goes it
only lets go of its part. And not too many may go at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import msgspec

from vidra.api.held_prune import SyncHeldPrune
from vidra.api.names import LOCAL_SERVER
from vidra.api.reasons import Reason
from vidra.api.resource import ObjectProblem, VidraResource
from vidra.api.sync import InfrahubSync
from vidra.common.text import limited
from vidra.common.urls import same_server
from vidra.controllers.resource.status.compute import LISTED
from vidra.controllers.sync.artifacts.diff import SyncProblem, artifact_of, place_of
from vidra.controllers.sync.prune.hold import evaluate_hold, hold_problem
from vidra.controllers.sync.status.compute import ready

Unlisted = Mapping[str, frozenset[str]]
"""VidraResources whose artifacts a complete list no longer holds, by name. With each the artifacts that were listed
together with its own and have not changed since: none of them has come in its place."""

_NOT_AN_OBJECT = frozenset({Reason.INVALID_MANIFEST, Reason.TOO_LARGE})
"""Problems that do not tell which object they are about."""


class PruneDecision(msgspec.Struct, frozen=True):
    """What is to be done about the unlisted."""

    go: tuple[VidraResource, ...] = ()
    waits_for: tuple[str, ...] = ()
    """Why nothing goes yet: what may have come in the place of some, and is not applied."""
    held: SyncHeldPrune | None = None
    """What a person has to agree to before it goes."""
    problem: SyncProblem | None = None
    """Why it is held."""
    stay: int = 0
    """How many wait, or are held."""

    @property
    def note(self) -> str:
        """For the status of the sync; empty when nothing waits."""
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
    """Take note of who is no longer listed.

    Args:
        listed: Ids of the artifacts that are.
        changed: Of them, those that are new or have another text than at the last answer.
        before: What was known of the unlisted at the last answer.
        last: Ids of the artifacts that the last answer listed; nothing when there was none.
    """
    known: dict[str, frozenset[str]] = {}
    for item in remove:
        name = item.metadata.name
        beside = before.get(name, last if artifact_of(item) in last else frozenset())
        known[name] = (beside & listed) - frozenset(changed)
    return known


def decide_prune(
    sync: InfrahubSync,
    listed: frozenset[str],
    unlisted_resources: Unlisted,
    resources: Sequence[VidraResource],
    expects: Callable[[VidraResource], bool] = lambda _: True,
) -> PruneDecision:
    """Decide about the unlisted, by what the others say of themselves now.

    Args:
        expects: Whether something new may yet come to the cluster of one of them.
    """
    going = [
        item for item in resources if item.metadata.name in unlisted_resources and not item.metadata.deletion_timestamp
    ]
    if not going:
        return PruneDecision()
    others = [item for item in resources if item.metadata.name not in unlisted_resources]
    there: dict[str, list[VidraResource]] = {}
    for item in others:
        there.setdefault(artifact_of(item), []).append(item)
    waits_for: dict[str, None] = {}
    for artifact in sorted(listed):
        for item in going:
            for successor in _successors(there.get(artifact, ()), item, expects):
                if successor is not None and ready(successor) and not successor.metadata.deletion_timestamp:
                    continue
                if may_want(successor, item, beside=artifact in unlisted_resources[item.metadata.name]):
                    waits_for[successor.metadata.name if successor else f"artifact {artifact}"] = None
    if waits_for:
        # What was held stays so: what is added while it waits must not let it go later.
        return PruneDecision(waits_for=tuple(waits_for), held=sync.status.held_prune, stay=len(going))
    if listed and (held := evaluate_hold(sync, going, others)):
        return PruneDecision(held=held, problem=hold_problem(sync, held, going), stay=len(going))
    return PruneDecision(go=tuple(going))


def _successors(
    candidates: Iterable[VidraResource], old: VidraResource, expects: Callable[[VidraResource], bool]
) -> list[VidraResource | None]:
    """Who of one artifact may come in the place of an older VidraResource; None for one that is not there yet."""
    found: list[VidraResource | None] = [item for item in candidates if _meet(item, old)]
    return found or ([None] if expects(old) else [])


def _meet(successor: VidraResource, old: VidraResource) -> bool:
    """Whether they may have objects in common: in different clusters they have none."""
    if not place_of(successor) and not place_of(old):
        return True
    return same_server(successor.spec.destination.server or LOCAL_SERVER, old.spec.destination.server or LOCAL_SERVER)


def may_want(successor: VidraResource | None, old: VidraResource, *, beside: bool = False) -> bool:
    """Whether something that is not ready may be on the way to own what an older VidraResource has.

    Args:
        successor: None when it has not been made yet.
        beside: Both were wanted at the same time, so that what cannot be read in it is not in the other's place.
    """
    if successor is None or successor.metadata.deletion_timestamp:
        return not beside
    problems = successor.status.problems
    if successor.status.observed_generation < successor.metadata.generation or not problems:
        return True
    has = {(entry.kind, entry.name) for entry in old.status.managed_resources}
    if any(_object(problem) in has for problem in problems):
        return True
    return not beside and (len(problems) >= LISTED or any(item.reason in _NOT_AN_OBJECT for item in problems))


def _object(problem: ObjectProblem) -> tuple[str, str]:
    """Kind and name of the object that a problem is about; its namespace may not have been known."""
    kind, _, rest = problem.object.partition(" ")
    return kind, rest.rpartition(" (")[0].rpartition("/")[2]
