"""What passes over VidraResources and syncs conclude, and how a status says it."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from vidra.api.conditions import Condition, ConditionType, Verdict, find
from vidra.api.health import Status, UnhealthyObject
from vidra.api.held_prune import SyncHeldPrune
from vidra.api.meta import Meta
from vidra.api.names import REQUESTED_AT
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, ObjectProblem, ResourceSpec, ResourceStatus, VidraResource
from vidra.api.sources import InfrahubSource
from vidra.api.sync import InfrahubSync, InfrahubSyncSpec, State
from vidra.apply.inventory import Inventory
from vidra.controllers.resource.health.report import HealthReport
from vidra.controllers.resource.status import compute as of_resource
from vidra.controllers.sync.artifacts.diff import SyncProblem
from vidra.controllers.sync.status import compute as of_sync

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
SYNC = InfrahubSync(
    Meta(name="s"), InfrahubSyncSpec(source=InfrahubSource(infrahub_api_url="http://i", artifact_name="a"))
)
GOOD = Verdict(ready=True, reason=Reason.APPLIED, message="2 objects applied")


def problem(reason: Reason, message: str = "it") -> ObjectProblem:
    return ObjectProblem(reason, message)


@pytest.mark.parametrize(
    ("reasons", "reason", "progressing"),
    [
        ([Reason.REFUSED], Reason.REFUSED, False),
        ([Reason.KIND_UNKNOWN], Reason.KIND_UNKNOWN, True),
        ([Reason.KIND_UNKNOWN, Reason.NAMESPACE_MISSING], Reason.KIND_UNKNOWN, True),
        ([Reason.KIND_UNKNOWN, Reason.KIND_UNKNOWN, Reason.REFUSED], Reason.REFUSED, False),
        ([Reason.REFUSED, Reason.CONFLICT, Reason.CONFLICT], Reason.CONFLICT, False),
        ([Reason.WAITING_FOR_DELETION], Reason.WAITING_FOR_DELETION, True),
        ([Reason.EMPTY_MANIFEST], Reason.EMPTY_MANIFEST, False),
    ],
)
def test_the_foremost_problem_names_the_verdict(reasons: list[Reason], reason: Reason, progressing: bool) -> None:
    verdict = of_resource.judge([problem(each) for each in reasons], 9)
    assert (verdict.ready, verdict.reason, verdict.progressing) == (False, reason, progressing)


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (0, "7 objects applied"),
        (1, "p0"),
        (3, "3 of 7: p0; p1; p2"),
        (5, "5 of 7: p0; p1; p2; and 2 more"),
    ],
)
def test_a_message_names_the_first_problems(count: int, message: str) -> None:
    verdict = of_resource.judge([problem(Reason.REFUSED, f"p{number}") for number in range(count)], 7)
    assert verdict.message == message


def resource(
    name: str = "r", *, ready: bool | None = True, reason: Reason = Reason.APPLIED, seen: int = 1, objects: int = 2
) -> VidraResource:
    """A VidraResource of generation 1; `ready` is None before its first pass, `seen` is what that pass saw."""
    conditions: tuple[Condition, ...] = ()
    if ready is not None:
        conditions = (Condition("Ready", "True" if ready else "False", reason, observed_generation=seen),)
        if reason is Reason.KIND_UNKNOWN:
            conditions += (Condition("Reconciling", "True", reason, observed_generation=seen),)
    status = ResourceStatus(
        observed_generation=seen if ready is not None else 0, conditions=conditions, objects=objects
    )
    return VidraResource(Meta(name=name, generation=1), ResourceSpec(manifest=""), status)


@pytest.mark.parametrize(
    ("troubles", "resources", "reason", "progressing", "message"),
    [
        ([], [resource(), resource("s", objects=1)], Reason.SYNCED, False, "2 artifacts with 3 objects applied"),
        ([], [], Reason.SYNCED, False, "0 artifacts with 0 objects applied"),
        (
            [],
            [resource(), resource("new", ready=None)],
            Reason.RESOURCES_NOT_READY,
            True,
            "1 of 2 VidraResources is not ready: new (Progressing)",
        ),
        (
            [],
            [resource("waits", ready=False, reason=Reason.KIND_UNKNOWN)],
            Reason.RESOURCES_NOT_READY,
            True,
            "1 of 1 VidraResource is not ready: waits (KindUnknown)",
        ),
        (
            [],
            [resource("a", ready=None), resource("z", ready=False, reason=Reason.REFUSED)],
            Reason.RESOURCES_NOT_READY,
            False,
            "2 of 2 VidraResources are not ready: z (Refused), a (Progressing)",
        ),
        (
            [SyncProblem(Reason.PARTIAL_RESULT, "one"), SyncProblem(Reason.NOT_GENERATED, "two")],
            [resource()],
            Reason.PARTIAL_RESULT,
            False,
            "one; two",
        ),
        (
            [SyncProblem(Reason.NOT_GENERATED, str(number)) for number in range(5)],
            [],
            Reason.NOT_GENERATED,
            False,
            "0; 1; 2; and 2 more",
        ),
    ],
)
def test_the_verdict_over_a_sync(
    troubles: list[SyncProblem], resources: list[VidraResource], reason: Reason, progressing: bool, message: str
) -> None:
    verdict = of_sync.judge(troubles, resources)
    assert (verdict.reason, verdict.progressing, verdict.message) == (reason, progressing, message)
    assert verdict.ready is (reason is Reason.SYNCED)


@pytest.mark.parametrize(
    ("reason", "progressing", "state"),
    [
        (Reason.INFRAHUB_UNREACHABLE, False, State.STALE),
        (Reason.INFRAHUB_ERROR, False, State.STALE),
        (Reason.PARTIAL_RESULT, False, State.STALE),
        (Reason.UNAUTHORIZED, False, State.FAILED),
        (Reason.RESOURCES_NOT_READY, True, State.RUNNING),
        (Reason.RESOURCES_NOT_READY, False, State.FAILED),
    ],
)
def test_the_first_vidras_words(reason: Reason, progressing: bool, state: State) -> None:
    sync = InfrahubSync(
        Meta(name="s"), InfrahubSyncSpec(source=InfrahubSource(infrahub_api_url="http://i", artifact_name="a"))
    )
    verdict = Verdict(ready=False, reason=reason, message="m", progressing=progressing)
    status = of_sync.status_for(sync, verdict, [], NOW)
    assert status.sync_state is state
    assert status.last_error == ("" if progressing else "m")


def test_a_status_that_says_the_same_is_the_same() -> None:
    outcome = of_resource.Outcome(GOOD, Inventory({}), total=2, ready=2, checksum="c")
    first = resource(ready=None)
    status = of_resource.status_for(first, outcome, NOW, handled=True)
    again = msgspec.structs.replace(first, status=status)
    assert of_resource.status_for(again, outcome, LATER, handled=True) is status
    other = msgspec.structs.replace(outcome, verdict=of_resource.judge([problem(Reason.REFUSED)], 2))
    changed = of_resource.status_for(again, other, LATER, handled=True)
    assert changed.last_sync_time != status.last_sync_time
    condition = find(changed.conditions, ConditionType.READY)
    assert condition is not None
    assert condition.last_transition_time == "2026-11-23T12:05:00Z"


def test_a_request_is_answered_only_when_the_pass_has_ended() -> None:
    asked = msgspec.structs.replace(resource(), metadata=Meta(name="r", generation=1, annotations={REQUESTED_AT: "x"}))
    outcome = of_resource.Outcome(GOOD, Inventory({}))
    assert of_resource.status_for(asked, outcome, NOW, handled=False).last_handled_requested_at == ""
    assert of_resource.status_for(asked, outcome, NOW, handled=True).last_handled_requested_at == "x"


def test_a_status_lists_so_many_problems_and_all_of_the_inventory() -> None:
    entries = [ManagedObject(api_version="v1", kind="Secret", name=f"{number:03}") for number in range(99, 0, -1)]
    problems = tuple(problem(Reason.REFUSED) for _ in range(80))
    outcome = of_resource.Outcome(of_resource.judge(problems, 99), Inventory.of(entries), problems, 99, 19)
    status = of_resource.status_for(resource(), outcome, NOW, handled=True)
    assert len(status.problems) == of_resource.LISTED
    assert [entry.name for entry in status.managed_resources] == [f"{number:03}" for number in range(1, 100)]
    assert (status.progress, status.deploy_state) == ("19/99", State.FAILED)


def test_noting_what_an_older_operator_held_is_no_change() -> None:
    """The condition said so all the time."""
    sync = InfrahubSync(
        Meta(name="s"), InfrahubSyncSpec(source=InfrahubSource(infrahub_api_url="http://i", artifact_name="a"))
    )
    verdict = Verdict(ready=False, reason=Reason.PRUNE_HELD, message="12 of 18 objects")
    before = of_sync.status_for(sync, verdict, [], NOW)
    held = SyncHeldPrune(id="h", objects=12, of=18, resources=("s-1", "s-2"))
    known = InfrahubSync(sync.metadata, sync.spec, before)
    after = of_sync.status_for(known, verdict, [], LATER, held=held)
    assert after == msgspec.structs.replace(before, held_prune=held)
    ended = InfrahubSync(sync.metadata, sync.spec, after)
    assert of_sync.status_for(ended, GOOD, [], LATER).last_sync_time > before.last_sync_time


def unhealthy(name: str, *objects: UnhealthyObject, more: int = 0) -> VidraResource:
    """A VidraResource that is Ready, with objects that are not healthy."""
    made = resource(name)
    status = msgspec.structs.replace(made.status, unhealthy=objects, unhealthy_objects=len(objects) + more)
    return msgspec.structs.replace(made, status=status)


def test_a_sync_names_the_worst_objects_in_one_order_and_counts_the_rest() -> None:
    first = unhealthy("a", UnhealthyObject("Pod web/b", Status.IN_PROGRESS, "it waits"), more=30)
    second = unhealthy("b", UnhealthyObject("Pod web/z", Status.FAILED), UnhealthyObject("Pod web/a", Status.UNKNOWN))
    said = "2 artifacts with 4 objects applied; Pod web/z is Failed; and 32 more"
    for group in ([first, second], [second, first]):
        verdict = of_sync.judge([], group)
        assert (verdict.ready, verdict.message) == (True, said)
        status = of_sync.status_for(SYNC, verdict, group, NOW)
        assert [item.resource for item in status.unhealthy] == ["b", "a", "b"]
        assert status.unhealthy_objects == 33


@pytest.mark.parametrize(("health", "detail"), [(Status.IN_PROGRESS, True), (Status.FAILED, False)])
def test_other_words_of_an_object_are_a_detail_and_another_health_is_none(health: Status, detail: bool) -> None:
    statuses = []
    for word, message in ((Status.IN_PROGRESS, "it waits"), (health, "it waits still")):
        made = unhealthy("a", UnhealthyObject("Pod web/b", word, message))
        group = [msgspec.structs.replace(made, status=msgspec.structs.replace(made.status, health=word))]
        statuses.append(of_sync.status_for(SYNC, of_sync.judge([], group), group, NOW))
    assert of_sync.is_detail(*statuses) is detail


def test_another_remark_is_no_detail() -> None:
    group = [unhealthy("a", UnhealthyObject("Pod web/b", Status.IN_PROGRESS, "it waits"))]
    one, other = (
        of_sync.status_for(SYNC, of_sync.judge([], group, remark=remark), group, NOW) for remark in ("", "no text")
    )
    assert not of_sync.is_detail(one, other)


def test_a_failure_that_is_tried_again_makes_its_sync_so_too() -> None:
    waits = resource("waits", ready=False, reason=Reason.KIND_UNKNOWN)
    tried = resource("tried", ready=False, reason=Reason.CLUSTER_UNREACHABLE)
    retry = Condition("Reconciling", "True", Reason.RETRYING, observed_generation=1)
    status = msgspec.structs.replace(tried.status, conditions=(*tried.status.conditions, retry))
    tried = msgspec.structs.replace(tried, status=status)
    refused = resource("refused", ready=False, reason=Reason.REFUSED)
    assert of_sync.judge([], [waits]).progressing
    assert (of_sync.judge([], [tried, waits]).progressing, of_sync.judge([], [tried, waits]).retrying) == (False, True)
    assert not of_sync.judge([], [tried, refused]).retrying


def test_the_count_of_healthy_objects_alone_is_no_reason_to_write() -> None:
    """An operator from before the count said the same without it."""
    entry = ManagedObject("v1", "ConfigMap", "a", "web")
    outcome = of_resource.Outcome(GOOD, Inventory.of([entry]), total=1, ready=1, health=HealthReport(Status.CURRENT))
    first = of_resource.status_for(resource(ready=None), outcome, NOW, handled=True)
    before = msgspec.structs.replace(resource(), status=first)
    counted = msgspec.structs.replace(outcome, health=HealthReport(Status.CURRENT, healthy=1))
    assert of_resource.status_for(before, counted, LATER, handled=True) is first
