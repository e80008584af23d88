"""Which fields stand in the way, found from what the API server says."""

from typing import Any

import pytest

from vidra.apply.blocking_fields import Place, emptied, leftovers, steps_of, unexplained
from vidra.kube.errors import Cause

Json = dict[str, Any]
FORBIDDEN = "Forbidden: may not be specified when strategy `type` is 'Recreate'"
TWICE = "FieldValueDuplicate"
PORT = 'k:{"port":80,"protocol":"TCP"}'


def found(field: str, message: str, live: Json, body: Json, *, reason: str = "", **sets: Json) -> Json:
    return leftovers([Cause(reason, message, field)], Place(live, body, sets.get("known", {}), sets.get("kept")))


ROLLING = {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}
RECREATE: Json = {"spec": {"strategy": {"type": "Recreate"}}}


@pytest.mark.parametrize("body", [RECREATE, {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}}])
def test_the_field_itself_that_the_manifest_does_not_have(body: Json) -> None:
    claimed = found("spec.strategy.rollingUpdate", FORBIDDEN, ROLLING, body)
    assert claimed == {"f:spec": {"f:strategy": {"f:rollingUpdate": {".": {}, "f:maxSurge": {}}}}}


@pytest.mark.parametrize(
    "kept", [{"f:rollingUpdate": {"f:maxSurge": {}}}, {}, {"f:rollingUpdate": {}}], ids=["part", "all", "whole"]
)
def test_what_others_hold_is_not_meant(kept: Json) -> None:
    held: Json = {"f:spec": {"f:strategy": kept}}
    assert found("spec.strategy.rollingUpdate", FORBIDDEN, ROLLING, RECREATE, kept=held) == {}


@pytest.mark.parametrize(
    "message",
    [
        "may not be specified when `value` is not empty",
        "may not specify more than 1 volume type",
        "must not be set together with the other",
        "only one of the two",
        "mutually exclusive",
        "at most one may be given",
        "exactly one is needed",
        "one of a, b",
        "only allowed for updateStrategy 'RollingUpdate'",
        "cannot be set beside it",
        "not allowed here",
    ],
)
def test_what_it_excludes(message: str) -> None:
    live = {"env": [{"name": "A", "value": "1", "valueFrom": {"x": 1}}]}
    known: Json = {"f:env": {'k:{"name":"A"}': {".": {}, "f:name": {}, "f:value": {}}}}
    body = {"env": [{"name": "A", "valueFrom": {"x": 1}}]}
    assert found("env[0].valueFrom", message, live, body, known=known) == {"f:env": {'k:{"name":"A"}': {"f:value": {}}}}


@pytest.mark.parametrize("message", ["must be greater than or equal to 0", "Unsupported value"])
def test_a_wrong_value_of_the_manifest_takes_nothing_along(message: str) -> None:
    assert found("spec.replicas", message, {"spec": {"replicas": 1, "paused": True}}, {"spec": {"replicas": -1}}) == {}


@pytest.mark.parametrize(
    ("field", "reason"), [("ports[1].name", TWICE), ("ports[1]", TWICE), ("ports[0].name", "FieldValueRequired")]
)
def test_an_item_too_many(field: str, reason: str) -> None:
    live = {"ports": [{"port": 80, "protocol": "TCP", "name": "http"}]}
    known: Json = {"f:ports": {PORT: {".": {}, "f:port": {}}}}
    claimed = found(field, "", live, {"ports": [{"port": 8080}]}, reason=reason, known=known)
    assert claimed["f:ports"].keys() == {PORT}
    assert found(field, "", live, {"ports": [{"port": 80}]}, reason=reason, known=known) == {}


def test_what_is_required_and_missing_in_the_manifest_takes_nothing_along() -> None:
    live = {"containers": [{"name": "web", "image": "i"}, {"name": "side", "image": "s"}]}
    known: Json = {"f:containers": {'k:{"name":"web"}': {".": {}}, 'k:{"name":"side"}': {".": {}}}}
    body = {"containers": [{"name": "web"}]}
    assert found("containers[0].image", "", live, body, reason="FieldValueRequired", known=known) == {}


@pytest.mark.parametrize(
    ("body", "expected"),
    [({"a": {"b": {}}}, ["/a/b/x~1y"]), ({"a": {"b": {"z": 1}}}, []), ({"a": {}}, []), ({}, [])],
)
def test_what_is_in_a_map_that_is_to_be_empty(body: Json, expected: list[str]) -> None:
    cause = Cause("", 'Invalid value: "null": must be of type object: "null"', "a.b")
    assert list(emptied([cause], {"a": {"b": {"x/y": 1}}}, body)) == expected


def test_items_of_a_list_are_taken_out_from_the_end() -> None:
    assert list(emptied([Cause("", '"null"', "a")], {"a": [1, 2]}, {"a": []})) == ["/a/1", "/a/0"]


def test_a_field_that_is_not_in_the_manifest_is_told_with_who_has_it() -> None:
    entry = {"manager": "kubectl-edit", "fieldsV1": {"f:spec": {"f:strategy": {"f:rollingUpdate": {}}}}}
    causes = [Cause("", "", "spec.strategy.rollingUpdate"), Cause("", "", "spec.strategy.type")]
    (told,) = unexplained(causes, RECREATE, [entry])
    assert [word for word in ("rollingUpdate", "kubectl-edit", "take it out") if word not in told] == []
    assert "default" in next(unexplained(causes, RECREATE, []))


def test_a_path_is_read_as_the_server_writes_it() -> None:
    assert steps_of("spec.ports[1].name") == ["spec", "ports", 1, "name"]
    assert steps_of("metadata.annotations[a.b/c]") == ["metadata", "annotations", "a.b/c"]
