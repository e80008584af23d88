"""What is remembered of a sync between two reconciles, and when its last VidraResource becomes ready."""

import time
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from vidra.api.conditions import Condition
from vidra.api.meta import Meta
from vidra.api.reasons import Reason
from vidra.api.resource import ResourceSpec, ResourceStatus, VidraResource
from vidra.api.sources import InfrahubSource
from vidra.api.sync import InfrahubSync, InfrahubSyncSpec
from vidra.controllers.runtime.concurrency import ConcurrencyLimiter
from vidra.controllers.sync.artifacts.diff import SyncProblem
from vidra.controllers.sync.artifacts.reconcile import NOTHING
from vidra.controllers.sync.source.poll_state import answered, failed
from vidra.controllers.sync.source.staleness import overdue
from vidra.controllers.sync.state import SyncState, SyncStates
from vidra.controllers.sync.status.resource_news import last_became_ready, repeated

SYNC = InfrahubSync(
    Meta(name="web"), InfrahubSyncSpec(source=InfrahubSource(infrahub_api_url="http://x", artifact_name="a"))
)


def resource(name: str, *, ready: bool) -> VidraResource:
    condition = Condition("Ready", "True" if ready else "False", Reason.APPLIED)
    return VidraResource(Meta(name=name), ResourceSpec(), ResourceStatus(conditions=(condition,)))


def changed(
    state: SyncState, old: VidraResource, new: VidraResource | None, group: Sequence[VidraResource] = ()
) -> bool:
    return last_became_ready(state, old.metadata.name, repeated(old), repeated(new), lambda: group)


async def test_an_answer_counts_until_it_is_outdated_or_forgotten() -> None:
    states = SyncStates()
    assert not states.is_current("web")
    state = states.of("web")
    state.poll = answered(SYNC, None, 60, NOTHING)
    assert states.is_current("web")
    state.outdated = True
    assert not states.is_current("web")
    states.waiting_for_successors.add("web")
    states.forget("web")
    assert states.of("web") == SyncState()
    assert not states.waiting_for_successors


async def test_a_poll_that_breaks_off_is_due_again_and_a_mark_set_meanwhile_outlives_it() -> None:
    state = SyncState(poll=answered(SYNC, None, 60, NOTHING))
    assert state.begin_poll() is not None
    assert state.poll is None
    state.outdated = True
    state.poll = answered(SYNC, None, 60, NOTHING)
    assert not state.current


@pytest.mark.parametrize(("outdated", "failures"), [(False, 1), (True, 0)])
async def test_a_failure_is_a_first_one_again_when_something_changed(outdated: bool, failures: int) -> None:
    poll = failed(SYNC, None, 60, SyncProblem(Reason.INFRAHUB_ERROR, "no"), None)
    before = SyncState(poll=poll, outdated=outdated).begin_poll()
    assert before is not None
    assert before.failures == failures


def test_the_last_one_to_become_ready_is_noticed_at_the_first_change_already() -> None:
    group = [resource("a", ready=True), resource("b", ready=True)]
    assert changed(SyncState(), resource("b", ready=False), group[1], group)


def test_nobody_is_the_last_while_another_is_not_ready() -> None:
    state, group = SyncState(), [resource("a", ready=False), resource("b", ready=True)]
    assert not changed(state, resource("b", ready=False), group[1], group)
    assert changed(state, group[0], resource("a", ready=True))
    assert not changed(state, group[1], group[1]), "nothing became ready"


def test_one_that_is_gone_is_not_waited_for() -> None:
    assert changed(SyncState(unready={"a"}), resource("a", ready=False), None)


def test_a_sync_without_a_list_is_overdue_after_three_intervals() -> None:
    states = SyncStates()
    interval = timedelta(minutes=1).total_seconds()
    assert overdue([SYNC], states, lambda _: interval) == 0, "it counts from now"
    states.of("web").listed_at = time.monotonic() - 3.5 * interval
    assert overdue([SYNC], states, lambda _: interval) == 1


def test_a_place_that_ends_goes_to_one_that_waits() -> None:
    limiter = ConcurrencyLimiter(1)
    called: list[str] = []
    with limiter.slot("x", "a", called.append) as first, limiter.slot("x", "b", called.append) as second:
        assert (first, second) == (True, False)
    assert called == ["b"]


async def test_polls_that_follow_each_other_are_reported_together_and_not_later() -> None:
    state = SyncState()
    state.end_poll(answered(SYNC, None, 60, msgspec.structs.replace(NOTHING, created=2)))
    assert state.unreported
    first = state.unreported.until
    state.begin_poll()
    state.end_poll(answered(SYNC, None, 60, msgspec.structs.replace(NOTHING, created=1, updated=3)))
    assert (state.unreported.until, state.unreported.created, state.unreported.updated) == (first, 3, 3)
