"""When VidraResources of unlisted artifacts may go: after what replaces them, and not too many unasked."""

from collections.abc import Sequence

import msgspec
import pytest

from vidra.api.conditions import Condition
from vidra.api.held_prune import SyncHeldPrune
from vidra.api.meta import Meta
from vidra.api.names import APPROVE_PRUNE
from vidra.api.reasons import Reason
from vidra.api.resource import (
    Content,
    InventoryPieces,
    ManagedObject,
    ObjectProblem,
    ResourceSpec,
    ResourceStatus,
    VidraResource,
)
from vidra.api.sources import InfrahubSource
from vidra.api.sync import InfrahubSync, InfrahubSyncSpec, SyncStatus
from vidra.apply.guards.prune_limit import FORMER_LENGTH, approve_command, set_id
from vidra.controllers.sync.prune.decide import Unlisted, decide_prune, unlisted
from vidra.controllers.sync.prune.hold import evaluate_hold

ALONE: frozenset[str] = frozenset()


def made(
    id_: str,
    objects: Sequence[str] = (),
    *,
    ready: bool = True,
    seen: bool = True,
    problems: Sequence[ObjectProblem] = (),
) -> VidraResource:
    reason = Reason.APPLIED if ready else Reason.PROGRESSING
    return VidraResource(
        Meta(name=id_, generation=2),
        ResourceSpec(content=Content(artifact_id=id_, checksum="1", secrets=())),
        ResourceStatus(
            observed_generation=2 if seen else 1,
            conditions=(
                Condition("Ready", "True" if ready else "False", reason, observed_generation=2 if seen else 1),
            ),
            managed_resources=tuple(ManagedObject("v1", "ConfigMap", name, "here") for name in objects),
            problems=tuple(problems),
        ),
    )


def sync(limit: int = 50, approved: str = "", held: SyncHeldPrune | None = None) -> InfrahubSync:
    annotations = {APPROVE_PRUNE: approved} if approved else {}
    spec = InfrahubSyncSpec(source=InfrahubSource(infrahub_api_url="http://x", artifact_name="a"), prune_limit=limit)
    return InfrahubSync(Meta(name="sync", annotations=annotations), spec, SyncStatus(held_prune=held))


def about(name: str, reason: Reason = Reason.REFUSED) -> ObjectProblem:
    return ObjectProblem(reason, "no", f"ConfigMap here/{name} (v1)")


UNREADABLE = ObjectProblem(Reason.INVALID_MANIFEST, "no", "document 2")

OLD = made("old", ["a", "b"])


@pytest.mark.parametrize(
    ("successor", "beside", "goes"),
    [
        (made("new"), False, True),
        (made("new", ready=False), False, False),
        (made("new", seen=False), False, False),
        (made("new", ready=False), True, False),
        (made("new", ready=False, problems=[about("a")]), False, False),
        (made("new", ready=False, problems=[about("a")]), True, False),
        (made("new", ready=False, problems=[about("z")]), False, True),
        (made("new", ready=False, seen=False, problems=[about("z")]), False, False),
        (made("new", ready=False, problems=[about("z"), UNREADABLE]), False, False),
        (made("new", ready=False, problems=[about("z"), UNREADABLE]), True, True),
        (made("new", ready=False, problems=[about("z", Reason.WAITING_FOR_DELETION)]), False, True),
        (made("new", ready=False, problems=[about(f"z{number}") for number in range(50)]), False, False),
        (None, False, False),
        (None, True, True),
    ],
)
def test_it_goes_when_what_may_replace_it_is_applied(successor: VidraResource | None, beside: bool, goes: bool) -> None:
    unlisted_resources: Unlisted = {"old": frozenset({"new"}) if beside else ALONE}
    decision = decide_prune(sync(), frozenset({"new"}), unlisted_resources, [OLD, successor] if successor else [OLD])
    assert decision.go == ((OLD,) if goes else ())
    assert bool(decision.note) is not goes


def test_what_cannot_be_counted_waits() -> None:
    """How many objects would go is not known while a part of the inventory cannot be seen."""
    status = msgspec.structs.replace(OLD.status, inventory=InventoryPieces("vidra-system", 9, ()))
    unseen = msgspec.structs.replace(OLD, status=status)
    decision = decide_prune(sync(), frozenset({"new"}), {"old": ALONE}, [unseen, made("new")])
    assert (decision.go, decision.waits_for, decision.stay) == ((), ("old",), 1)


def test_what_is_being_deleted_already_is_left_to_itself() -> None:
    going = VidraResource(Meta(name="old", deletion_timestamp="now"), ResourceSpec())
    assert decide_prune(sync(), frozenset(), {"old": ALONE}, [going]).go == ()


@pytest.mark.parametrize(
    ("lost", "handed", "stays", "limit", "held"),
    [
        (10, 0, 1, 0, False),
        (11, 0, 1, 50, True),
        (11, 0, 11, 50, False),
        (11, 5, 11, 50, False),
        (11, 20, 1, 50, False),
        (12, 9, 11, 37, True),
        (40, 0, 0, 100, False),
    ],
)
def test_too_many_objects_at_once_are_held(lost: int, handed: int, stays: int, limit: int, held: bool) -> None:
    shared = [f"shared-{number}" for number in range(handed)]
    old = made("old", [*shared, *(f"lost-{number}" for number in range(lost))])
    new = made("new", [*shared, *(f"own-{number}" for number in range(stays))])
    decision = decide_prune(sync(limit), frozenset({"new"}), {"old": ALONE}, [old, new])
    assert bool(decision.held) is held
    assert bool(decision.go) is not held


def test_what_is_held_is_named_and_goes_when_this_very_set_is_approved() -> None:
    old = [made(name, [f"{name}-{number}" for number in range(8)]) for name in ("x", "y")]
    unlisted_resources: Unlisted = {"x": ALONE, "y": ALONE}
    resources = [*old, made("new")]
    decision = decide_prune(sync(), frozenset({"new"}), unlisted_resources, resources)
    assert decision.held == SyncHeldPrune(id=set_id(["x", "y"]), objects=16, of=16, resources=("x", "y"))
    assert decision.problem is not None
    assert decision.problem.reason is Reason.PRUNE_HELD
    assert decision.problem.message == (
        "2 VidraResources with 16 of 16 objects would be removed because their artifacts are no longer listed or "
        "their clusters no longer selected, and pruneLimit is 50%: nothing is removed. If they should go: "
        "vidra approve sync, or kubectl annotate infrahubsync sync "
        f"vidra.infrahub.operators.com/approvePrune={set_id(['x', 'y'])} --overwrite (they are: x, y)"
    )
    assert decide_prune(sync(approved=set_id(["x"])), frozenset({"new"}), unlisted_resources, resources).held
    assert decide_prune(
        sync(approved=set_id(["y", "x"])), frozenset({"new"}), unlisted_resources, resources
    ).go == tuple(old)


@pytest.mark.parametrize(("before", "held"), [(12, True), (24, False), (None, False)])
def test_what_comes_with_the_same_list_makes_the_old_no_smaller_share(before: int | None, held: bool) -> None:
    old, new = made("old", [f"lost-{number}" for number in range(12)]), made("new", [f"new-{n}" for n in range(100)])
    decision = decide_prune(sync(), frozenset({"new"}), {"old": ALONE}, [old, new], before=before)
    assert bool(decision.held) is held
    assert not decision.held or decision.held.of == before


def test_what_is_held_stays_held_whatever_is_added_meanwhile() -> None:
    old = made("old", [f"lost-{number}" for number in range(12)])
    held = decide_prune(sync(), frozenset({"new"}), {"old": ALONE}, [old, made("new")]).held
    assert held is not None
    more = made("new", [f"more-{number}" for number in range(100)])
    again = decide_prune(sync(held=held), frozenset({"new"}), {"old": ALONE}, [old, more])
    assert (again.go, again.held) == ((), held)
    coming = made("new", ["more"], ready=False)
    waiting = decide_prune(sync(held=held), frozenset({"new"}), {"old": ALONE}, [old, coming])
    assert (waiting.problem, waiting.held) == (None, held)


def test_a_status_names_so_many_and_no_more() -> None:
    old = [made(f"old-{number:03}", [f"lost-{number}"]) for number in range(501)]
    unlisted_resources: Unlisted = {item.metadata.name: ALONE for item in old}
    held = decide_prune(sync(), frozenset({"new"}), unlisted_resources, [*old, made("new")]).held
    assert held is not None
    assert (held.objects, len(held.resources)) == (501, 500)


def test_an_empty_list_was_allowed_as_a_whole() -> None:
    old = made("old", [f"lost-{number}" for number in range(40)])
    assert decide_prune(sync(), frozenset(), {"old": ALONE}, [old]).go == (old,)


@pytest.mark.parametrize(
    ("listed", "changed", "before", "last", "beside"),
    [
        ("b", "", {}, "", ""),
        ("bc", "", {}, "oldbc", ""),
        ("bc", "c", {"old": "bc"}, "bc", "b"),
        ("c", "", {"old": "bc"}, "bc", "c"),
        ("bcd", "d", {"old": "bc"}, "bc", "bc"),
    ],
)
def test_what_was_listed_together_is_remembered_until_it_changes(
    listed: str, changed: str, before: dict[str, str], last: str, beside: str
) -> None:
    known = {name: frozenset(ids) for name, ids in before.items()}
    found = unlisted([OLD], frozenset(listed), changed, known, frozenset(last))
    assert found == {"old": frozenset(beside)}


def test_what_was_listed_with_it_last_time_came_before_it_went() -> None:
    last = frozenset({"old", "b", "c"})
    assert unlisted([OLD], frozenset("bcd"), {"c", "d"}, {}, last) == {"old": frozenset("b")}


@pytest.mark.parametrize(
    ("names", "held"), [(["old"], False), (["old", "older"], True)], ids=["the set of the message", "another set"]
)
def test_an_approval_of_what_only_a_message_named_stays_valid(names: list[str], held: bool) -> None:
    """An operator from before held it under a shorter id, and had no field for it."""
    many = [f"c{number}" for number in range(12)]
    former = set_id(["old"])[:FORMER_LENGTH]
    message = f"nothing is removed: {approve_command('InfrahubSync', 'sync', former)} (they are: old)"
    ready = Condition("Ready", "False", Reason.PRUNE_HELD, message)
    item = msgspec.structs.replace(sync(approved=former), status=SyncStatus(conditions=(ready,)))
    assert (evaluate_hold(item, [made(name, many) for name in names], []) is not None) is held


FEW, MANY = [f"few-{number}" for number in range(12)], [f"many-{number}" for number in range(40)]


@pytest.mark.parametrize(
    ("sure", "forged", "beside", "goes", "held"),
    [
        (["a"], MANY, ["x"], ["sure"], ["forged"]),
        (["a"], ["b"], ["x"], ["forged", "sure"], []),
        (FEW, MANY, ["x"], [], ["forged", "sure"]),
        (FEW, ["b"], ["x"], [], ["forged", "sure"]),
        (["a"], FEW, [*"bcdefghij"], ["sure"], ["forged"]),
    ],
    ids=[
        "a forged one with many",
        "a forged one with few",
        "both with many",
        "many that the sync made, of which those of a forged one are no share",
        "both together count",
    ],
)
@pytest.mark.parametrize("approved", [False, True])
def test_what_looks_as_if_the_sync_had_made_it_is_held_by_itself(
    sure: list[str], forged: list[str], beside: list[str], goes: list[str], held: list[str], *, approved: bool
) -> None:
    """It neither holds up the others nor makes them a smaller share."""
    resources = [
        *(made("sure", sure), made("new", beside)),
        *(made("forged", forged), made("forged-and-listed", [f"listed-{number}" for number in range(200)])),
    ]
    item = sync(approved=set_id(held) if approved else "")
    decision = decide_prune(
        *(item, frozenset({"new"}), {"sure": ALONE, "forged": ALONE}, resources),
        vouches=lambda one: not one.metadata.name.startswith("forged"),
    )
    if approved or not held:
        assert sorted(one.metadata.name for one in decision.go) == sorted([*goes, *held])
        assert decision.held is None
    else:
        assert sorted(one.metadata.name for one in decision.go) == goes
        assert decision.held
        assert list(decision.held.resources) == held


def test_what_is_held_of_a_forged_one_is_no_measure_for_the_others() -> None:
    old, forged, new = made("sure", ["a"]), made("forged", MANY), made("new", ["x"])
    first = decide_prune(
        *(sync(), frozenset({"new"}), {"forged": ALONE}, [forged, new, made("sure", ["a"])]),
        vouches=lambda one: one is not forged,
    )
    assert first.held
    again = decide_prune(
        *(sync(held=first.held), frozenset({"new"}), {"sure": ALONE, "forged": ALONE}, [old, forged, new]),
        vouches=lambda one: one is not forged,
    )
    assert again.go == (old,)
