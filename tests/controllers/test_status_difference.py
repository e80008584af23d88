from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from vidra.api.held_prune import HeldPrune
from vidra.api.resource import InventoryPieces, ManagedObject, ObjectProblem, ResourceStatus
from vidra.controllers.runtime.status_patch import changes, difference

VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(0, 3), st.sampled_from(["", "a", "b"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("xyz"), inner, max_size=3)),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396, as its text has it."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


@given(OBJECTS, OBJECTS)
def test_the_patch_makes_the_new_of_the_old(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert merged(old, difference(old, new)) == new


@given(OBJECTS)
def test_equal_objects_need_no_patch(item: dict[str, Any]) -> None:
    assert difference(item, dict(item)) == {}


def test_a_patch_says_no_more_than_what_differs() -> None:
    old = {"a": {"b": 1, "c": [1, 2]}, "gone": 1, "same": {"x": 1}}
    new = {"a": {"b": 2, "c": [1, 2]}, "new": 3, "same": {"x": 1}}
    assert difference(old, new) == {"a": {"b": 2}, "gone": None, "new": 3}


STATUSES = st.builds(
    ResourceStatus,
    observed_generation=st.integers(0, 2),
    managed_resources=st.lists(
        st.builds(ManagedObject, st.just("v1"), st.just("ConfigMap"), st.sampled_from("ab")), max_size=2
    ).map(tuple),
    problems=st.lists(st.builds(ObjectProblem, st.just("Refused"), st.sampled_from("xy")), max_size=2).map(tuple),
    held_prune=st.none() | st.builds(HeldPrune, id=st.sampled_from("cd"), objects=st.just(1), of=st.integers(1, 2)),
    last_error=st.sampled_from(["", "no"]),
)


@given(STATUSES, STATUSES)
def test_the_patch_of_a_status_is_that_of_its_text(old: ResourceStatus, new: ResourceStatus) -> None:
    assert changes(old, new) == difference(msgspec.to_builtins(old), msgspec.to_builtins(new))


def test_what_is_one_thing_is_written_together() -> None:
    """Also where that is not there: an earlier write may have been done without an answer."""
    fields = ("managedResources", "inventory")
    before, entry = ResourceStatus(last_error="no"), ManagedObject("v1", "ConfigMap", "a")
    assert changes(before, ResourceStatus(), fields) == {"lastError": None}
    listed = {"managedResources": (msgspec.to_builtins(entry),), "inventory": None}
    assert changes(before, ResourceStatus(managed_resources=(entry,)), fields) == {"lastError": None, **listed}
    rest = InventoryPieces("vidra-system", 1, ())
    assert changes(ResourceStatus(), ResourceStatus(inventory=rest), fields) == {
        "managedResources": None,
        "inventory": {"namespace": "vidra-system", "objects": 1, "pieces": ()},
    }
