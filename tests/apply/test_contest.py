"""Who gets a field that several owners want differently."""

import pytest

from vidra.api.policies import ConflictPolicy, Policies
from vidra.apply.guards.conflicts import FieldConflict, Peer, contest, why_not
from vidra.kube.errors import ApiError, Cause, Details, Status

ME = "vidra:hub:me"
KNOWN = {"vidra:hub:low": Peer("low", 1), "vidra:hub:mid": Peer("mid", 5), "vidra:hub:high": Peer("high", 9)}


def conflict(*blamed: tuple[str, str], code: int = 409) -> ApiError:
    causes = tuple(Cause("FieldManagerConflict", f'conflict with "{who}"', field) for who, field in blamed)
    return ApiError(code, Status("Apply failed", "Conflict", Details(causes)))


def decided(policy: ConflictPolicy, priority: int, *managers: str) -> str:
    found = contest(conflict(*((manager, ".data.a") for manager in managers)), ME)
    return why_not(found, Policies(conflict_policy=policy, priority=priority), KNOWN.get)


@pytest.mark.parametrize(
    ("policy", "priority", "managers", "taken"),
    [
        (ConflictPolicy.FAIL, 0, ["vidra:hub:low"], False),
        (ConflictPolicy.FAIL, 99, ["vidra:hub:low"], False),
        (ConflictPolicy.FORCE, 0, ["vidra:hub:low"], False),
        (ConflictPolicy.FORCE, 1, ["vidra:hub:low"], False),
        (ConflictPolicy.FORCE, 2, ["vidra:hub:low"], True),
        (ConflictPolicy.FORCE, -1, ["vidra:hub:low"], False),
        (ConflictPolicy.FORCE, 6, ["vidra:hub:low", "vidra:hub:mid"], True),
        (ConflictPolicy.FORCE, 6, ["vidra:hub:low", "vidra:hub:high"], False),
        (ConflictPolicy.FORCE, 99, ["vidra:hub:gone"], False),
        (ConflictPolicy.FORCE, 99, ["vidra:other:low"], False),
        (ConflictPolicy.FORCE, 99, ["vidra:hub:low", "vidra:other:low"], False),
        (ConflictPolicy.FORCE, 2, ["vidra:hub:low", "kubectl"], True),
        (ConflictPolicy.FAIL, 0, ["kubectl"], True),
        (ConflictPolicy.FAIL, 0, [ME], True),
    ],
)
def test_a_field_is_taken_only_from_known_owners_of_lower_priority(
    policy: ConflictPolicy, priority: int, managers: list[str], taken: bool
) -> None:
    assert (decided(policy, priority, *managers) == "") is taken


def test_a_conflict_tells_which_owner_has_which_fields() -> None:
    error = conflict(
        ("vidra:hub:low", ".data.a"), ("kubectl", ".data.b"), ("vidra:hub:low", ".data.c"), (ME, ".data.d")
    )
    assert contest(error, ME) == FieldConflict({"vidra:hub:low": (".data.a", ".data.c")}, strangers=True)


def test_an_owner_that_used_update_or_a_subresource_is_an_owner_too() -> None:
    causes = (Cause("FieldManagerConflict", 'conflict with "vidra:hub:low" with subresource "scale" using v1', ".a"),)
    assert contest(ApiError(409, Status(details=Details(causes))), ME).owners == {"vidra:hub:low": (".a",)}


def test_the_same_conflict_is_told_in_the_same_words_whichever_holder_the_server_names_first() -> None:
    blamed = [(f"vidra:hub:{name}", f".data.{name}") for name in ("a", "b", "c", "d")]
    ways = (blamed, blamed[::-1], blamed[2:] + blamed[:2])
    told = {why_not(contest(conflict(*way), ME), Policies(), lambda manager: Peer(manager[10:], 0)) for way in ways}
    assert len(told) == 1


def test_another_refusal_is_no_contest() -> None:
    assert contest(conflict(("vidra:hub:low", ".data.a"), code=422), ME) == FieldConflict({}, strangers=False)


@pytest.mark.parametrize(
    ("policy", "priority", "managers", "words"),
    [
        (ConflictPolicy.FAIL, 0, ["vidra:hub:low"], ["VidraResource low", ".data.a", "conflictPolicy Force", "> 1"]),
        (ConflictPolicy.FAIL, 0, ["vidra:hub:low", "vidra:hub:high"], ["low", "high", "> 9"]),
        (
            ConflictPolicy.FORCE,
            1,
            ["vidra:hub:low"],
            ["VidraResource low", ".data.a", "priority 1", "1 does not exceed"],
        ),
        (ConflictPolicy.FORCE, 9, ["vidra:hub:gone"], ["vidra:hub:gone", "no VidraResource", "no priority"]),
        (ConflictPolicy.FAIL, 9, ["vidra:other:low"], ["vidra:other:low", "no VidraResource", "no priority"]),
    ],
)
def test_the_loser_is_told_who_has_what_and_what_to_do(
    policy: ConflictPolicy, priority: int, managers: list[str], words: list[str]
) -> None:
    said = decided(policy, priority, *managers)
    assert [word for word in words if word not in said] == []


@pytest.mark.parametrize("managers", [1, 50])
def test_a_message_stays_short(managers: int) -> None:
    blamed = [(f"vidra:hub:{number}", f".data.{key}") for number in range(managers) for key in range(50)]
    said = why_not(contest(conflict(*blamed), ME), Policies(), lambda manager: Peer(manager[10:], 0))
    assert len(said) < 500
    assert "and 47 more" in said
