"""The state of a sync in one word, and its rows: bounded, and never healthy by mistake."""

import msgspec
import pytest

from vidra.api.conditions import Condition
from vidra.api.health import Status, UnhealthyObject
from vidra.api.meta import Meta
from vidra.api.reasons import Reason
from vidra.api.resource import (
    InventoryPieces,
    ManagedObject,
    ObjectProblem,
    ResourceSpec,
    ResourceStatus,
    VidraResource,
)
from vidra.views.state import State, state_of
from vidra.views.status_rows import LONGEST, object_rows, resource_row

ENTRY = ManagedObject(api_version="v1", kind="ConfigMap", name="one", namespace="shop", uid="u")


def resource(*conditions: Condition, spec: ResourceSpec | None = None, **status: object) -> VidraResource:
    return VidraResource(
        Meta(name="web", generation=2),
        spec or ResourceSpec(),
        ResourceStatus(conditions=conditions, **status),  # type: ignore[arg-type]
    )


def ready(reason: Reason, status: str = "False", generation: int = 2) -> Condition:
    return Condition("Ready", status, reason, "why", observed_generation=generation)  # type: ignore[arg-type]


@pytest.mark.parametrize("reason", list(Reason))
def test_no_reason_of_what_is_not_ready_is_ready(reason: Reason) -> None:
    assert state_of(resource(ready(reason))) is not State.READY
    assert state_of(resource(ready(reason, "Unknown"))) is not State.READY


def test_what_is_said_of_an_older_spec_is_in_progress() -> None:
    assert state_of(resource(ready(Reason.APPLIED, "True", 1))) is State.PROGRESSING
    assert state_of(resource(ready(Reason.APPLIED, "True"))) is State.READY
    assert state_of(resource()) is State.PROGRESSING
    suspended = resource(ready(Reason.APPLIED, "True"), spec=ResourceSpec(suspend=True))
    assert state_of(suspended) is State.SUSPENDED


def test_a_row_is_short_whatever_the_status_holds() -> None:
    long = Condition("Ready", "False", "Refused", "x" * 1_000_000, observed_generation=2)
    assert len(resource_row(resource(long)).message) == LONGEST
    problem = ObjectProblem("Refused", "y" * 1_000_000, "z" * 1_000_000)
    rows = object_rows(resource(long, problems=(problem,), managed_resources=(ENTRY,)))
    assert all(len(msgspec.json.encode(row)) < 3 * LONGEST for row in rows)


def test_an_object_that_is_not_confirmed_or_not_known_to_be_healthy_is_not_current() -> None:
    unconfirmed = msgspec.structs.replace(ENTRY, name="two", uid="")
    ended = msgspec.structs.replace(ENTRY, name="three", ended="Failed")
    trouble = ObjectProblem("Conflict", "another owner", "ConfigMap shop/one (v1)")
    nowhere = ObjectProblem("NotOwned", "somebody's", "ConfigMap shop/four (v1)")
    healthy = [ENTRY, unconfirmed, ended]
    assert [row.state for row in object_rows(resource(managed_resources=tuple(healthy)))] == [
        "applied",
        "unconfirmed",
        "failed",
    ]
    waits = UnhealthyObject("ConfigMap shop/one (v1)", Status.IN_PROGRESS, "0 of 2 are there")
    other = msgspec.structs.replace(ENTRY, name="other")
    for counted, states in ((1, ["progressing", "current"]), (21, ["progressing", "applied"])):
        found = resource(managed_resources=(ENTRY, other), unhealthy=(waits,), unhealthy_objects=counted)
        assert [row.state for row in object_rows(found)] == states
    rows = object_rows(resource(managed_resources=(ENTRY,), problems=(trouble, nowhere)))
    assert [(row.name, row.state) for row in rows] == [("one", "problem"), ("ConfigMap shop/four (v1)", "problem")]


def test_objects_that_cannot_be_seen_are_counted_in_a_row_of_their_own() -> None:
    unseen = resource(managed_resources=(ENTRY,), inventory=InventoryPieces("vidra-system", 3, ()))
    assert [(row.name, row.state) for row in object_rows(unseen)] == [
        ("one", "applied"),
        ("status.inventory", "unknown"),
    ]
    assert object_rows(unseen)[-1].message.startswith("2 more objects")
    seen = resource(managed_resources=(ENTRY,), inventory=InventoryPieces("vidra-system", 1, ()))
    assert len(object_rows(seen)) == 1
