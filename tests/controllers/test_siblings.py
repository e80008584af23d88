"""What moves between the VidraResources of a sync does not go before it came."""

import pytest

from vidra.api.conditions import Condition
from vidra.api.meta import Meta
from vidra.api.names import CLUSTER_HASH_LABEL
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, ObjectProblem, ResourceSpec, ResourceStatus, VidraResource
from vidra.api.sync import Destination
from vidra.controllers.resource.apply.sibling_handover import may_have_objects_in_common, may_take

UNWANTED = [ManagedObject("v1", "ConfigMap", "a", "here")]


def sibling(reason: Reason, *problems: ObjectProblem, observed: int = 1) -> VidraResource:
    conditions = (Condition("Ready", "Unknown", reason, observed_generation=observed),)
    status = ResourceStatus(observed_generation=observed, conditions=conditions, problems=problems)
    return VidraResource(Meta(name="b", generation=1), ResourceSpec(), status)


def about(name: str, reason: Reason = Reason.REFUSED) -> ObjectProblem:
    return ObjectProblem(reason, "no", f"ConfigMap here/{name} (v1)")


WAITS_TOO = ObjectProblem(Reason.PROGRESSING, "no longer wanted: 1")


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (sibling(Reason.APPLIED), False),
        (sibling(Reason.APPLIED, observed=0), True),
        (sibling(Reason.PROGRESSING), True),
        (sibling(Reason.PROGRESSING, WAITS_TOO), False),
        (sibling(Reason.REFUSED, about("a")), True),
        (sibling(Reason.REFUSED, about("z")), False),
        (sibling(Reason.PRUNE_FAILED, about("a", Reason.PRUNE_FAILED)), False),
        (sibling(Reason.CLUSTER_UNREACHABLE), False),
        (sibling(Reason.SUSPENDED), False),
    ],
)
def test_who_may_be_about_to_take_something_over(other: VidraResource, expected: bool) -> None:
    assert may_take([other], UNWANTED) is expected


def test_nobody_else_takes_nothing() -> None:
    assert not may_take([], UNWANTED)


def at(server: str, place: str = "") -> VidraResource:
    labels = {CLUSTER_HASH_LABEL: place} if place else {}
    return VidraResource(Meta(name="b", labels=labels), ResourceSpec(destination=Destination(server=server)))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (at(""), at(""), True),
        (at("https://a"), at("https://b"), True),  # the sync has one destination, which moved
        (at("https://a", "1"), at("https://b", "2"), False),
        (at("https://a", "1"), at("https://a:443/", "2"), True),
        (at("", "1"), at("https://b", "2"), False),
        (at("https://a", "1"), at("https://a"), True),  # from one destination to many
        (at("https://b"), at("https://a", "1"), False),
    ],
)
def test_objects_move_only_within_a_destination(one: VidraResource, other: VidraResource, expected: bool) -> None:
    assert may_have_objects_in_common(one, other) is expected
