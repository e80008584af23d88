"""Fields that are ignored stay as they are in the cluster, whoever holds them."""

from typing import Any

import pytest

from vidra.api.drift import IgnoreDifference, Target
from vidra.apply.desired.ignore_differences import pointers_for, respecting
from vidra.manifests import Ref

ME = "vidra:hub:me"
Json = dict[str, Any]

BODY: Json = {
    "spec": {
        "replicas": 1,
        "template": {"spec": {"containers": [{"name": "side", "image": "s:1"}, {"name": "web", "image": "w:1"}]}},
        "args": ["a", "b"],
    }
}


def live(replicas: int | None, **holders: Json) -> Json:
    containers = [{"name": "web", "image": "w:9"}, {"name": "side", "image": "s:1"}]
    spec: Json = {"template": {"spec": {"containers": containers}}, "args": ["x", "b"]}
    if replicas is not None:
        spec["replicas"] = replicas
    fields = [{"manager": name.replace("me", ME), "fieldsV1": held} for name, held in holders.items()]
    return {"metadata": {"managedFields": fields}, "spec": spec}


REPLICAS: Json = {"f:spec": {"f:replicas": {}}}
IMAGE: Json = {
    "f:spec": {"f:template": {"f:spec": {"f:containers": {'k:{"name":"web"}': {".": {}, "f:image": {}, "f:name": {}}}}}}
}
ARGS: Json = {"f:spec": {"f:args": {}}}


def sent(there: Json, *pointers: str) -> Json:
    result: Json = respecting(BODY, there, pointers, ME)["spec"]
    return result


def test_what_only_the_owner_holds_is_sent_as_it_is_in_the_cluster() -> None:
    assert sent(live(3, me=REPLICAS), "/spec/replicas")["replicas"] == 3


def test_what_somebody_else_holds_is_not_sent() -> None:
    assert "replicas" not in sent(live(3, hpa=REPLICAS), "/spec/replicas")


def test_what_both_hold_is_not_sent_so_that_it_is_the_other_ones() -> None:
    assert "replicas" not in sent(live(3, me=REPLICAS, hpa=REPLICAS), "/spec/replicas")


def test_owners_hold_together_what_nobody_else_does_so_that_it_stays_when_one_of_them_goes() -> None:
    there = live(3, peer=REPLICAS)
    there["metadata"]["managedFields"][0]["manager"] = "vidra:hub:peer"
    assert sent(there, "/spec/replicas")["replicas"] == 3


def test_a_hold_through_a_subresource_is_a_hold() -> None:
    there = live(3, me=REPLICAS, hpa=REPLICAS)
    there["metadata"]["managedFields"][1]["subresource"] = "scale"
    assert "replicas" not in sent(there, "/spec/replicas")


def test_of_what_is_held_in_parts_the_rest_is_kept() -> None:
    body = {"metadata": {"annotations": {"mine": "1", "both": "1", "theirs": "1"}}}
    there: Json = {"metadata": {"annotations": {"mine": "2", "both": "2", "theirs": "2", "nobodys": "2"}}}
    own: Json = {"f:metadata": {"f:annotations": {"f:mine": {}, "f:both": {}}}}
    other: Json = {"f:metadata": {"f:annotations": {"f:both": {}, "f:theirs": {}}}}
    there["metadata"]["managedFields"] = [
        {"manager": ME, "fieldsV1": own},
        {"manager": "somebody", "fieldsV1": other},
    ]
    assert respecting(body, there, ["/metadata/annotations"], ME)["metadata"]["annotations"] == {"mine": "2"}


@pytest.mark.parametrize("left", [{"f:spec": {}}, {}])
def test_an_owner_that_lost_everything_below_holds_nothing_of_it(left: Json) -> None:
    assert "replicas" not in sent(live(3, me=left, hpa=REPLICAS), "/spec/replicas")


def test_what_somebody_removed_stays_removed() -> None:
    assert "replicas" not in sent(live(None), "/spec/replicas")


def test_what_nobody_holds_is_kept() -> None:
    assert sent(live(3), "/spec/replicas")["replicas"] == 3


def test_an_item_of_a_list_is_found_by_its_key_and_not_by_its_place() -> None:
    pointer = "/spec/template/spec/containers/1/image"
    assert sent(live(1, me=IMAGE), pointer)["template"]["spec"]["containers"][1] == {"name": "web", "image": "w:9"}
    assert sent(live(1, updater=IMAGE), pointer)["template"]["spec"]["containers"][1] == {"name": "web"}


def test_a_part_of_something_that_is_held_as_a_whole_keeps_its_value() -> None:
    assert sent(live(1, other=ARGS), "/spec/args/0")["args"] == ["x", "b"]


@pytest.mark.parametrize(
    "pointer", ["/spec/nowhere", "/spec/replicas/deeper", "/spec/args/7", "/status/x", "/spec/args/x"]
)
def test_a_pointer_to_nothing_in_the_manifest_changes_nothing(pointer: str) -> None:
    assert sent(live(3, hpa=REPLICAS), pointer) == BODY["spec"]


def test_the_manifest_itself_is_never_changed() -> None:
    before = repr(BODY)
    sent(live(3, hpa=REPLICAS), "/spec/replicas")
    assert repr(BODY) == before


@pytest.mark.parametrize(
    ("target", "meant"),
    [
        (Target(), True),
        (Target(group="apps", kind="Deployment"), True),
        (Target(name="web-*"), True),
        (Target(namespace="shop"), True),
        (Target(group=""), False),
        (Target(kind="StatefulSet"), False),
        (Target(name="db-*"), False),
        (Target(namespace="other"), False),
    ],
)
def test_a_target_means_the_objects_that_all_its_fields_fit(target: Target, meant: bool) -> None:
    rule = IgnoreDifference(("/spec/replicas",), target)
    assert pointers_for(Ref("apps/v1", "Deployment", "shop", "web-1"), [rule]) == (("/spec/replicas",) if meant else ())
