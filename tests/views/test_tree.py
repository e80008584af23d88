"""A tree shows everything that is in an inventory, and what could not be applied; what cannot be seen is unknown."""

from typing import Literal

import msgspec
import pytest

from testkit.resources import resource, sync
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, ObjectProblem
from vidra.kube.partial_metadata import LiveMeta, ManagedFieldsEntry
from vidra.views.live_objects import LiveState
from vidra.views.tree import ObjectNode, ProblemNode, resource_node, sync_node

ONE = ManagedObject("v1", "ConfigMap", "one", "web", uid="1")
TWO = ManagedObject("v1", "ConfigMap", "two", "web", server="https://edge.example", uid="2")


def live(uid: str, *managers: str) -> LiveState:
    fields = msgspec.Raw(b'{"f:data":{}}')
    entries = tuple(ManagedFieldsEntry(manager, "Apply", fields=fields) for manager in managers)
    return LiveState(LiveMeta(uid=uid, managed_fields=entries))


def test_an_object_in_a_cluster_that_cannot_be_seen_is_unknown_and_says_why() -> None:
    node = resource_node(resource("web", [ONE, TWO]), [live("1"), LiveState(why="no answer")], {})
    assert [(child.state, child.message) for child in node.children] == [("ok", ""), ("unknown", "no answer")]


@pytest.mark.parametrize("ready", ["True", "False", "Unknown"])
def test_the_state_of_a_resource_is_that_of_its_condition(ready: Literal["True", "False", "Unknown"]) -> None:
    node = resource_node(resource("web", ready=ready), [], {})
    assert (node.state, node.reason, node.message) == (ready, "Applied", "all of it")


def test_a_resource_that_was_never_reconciled_is_unknown() -> None:
    node = resource_node(resource("web", ready=""), [], {})
    assert (node.state, node.reason) == ("Unknown", msgspec.UNSET)


def test_what_could_not_be_applied_stands_behind_the_inventory() -> None:
    of_one = ObjectProblem(Reason.REFUSED, "too large", "ConfigMap web/one (v1)")
    of_three = ObjectProblem(Reason.NOT_OWNED, "of another", "ConfigMap web/three (v1)")
    of_none = ObjectProblem(Reason.INVALID_MANIFEST, "cannot be read")
    node = resource_node(resource("web", [ONE], problems=[of_three, of_one, of_none]), [live("1")], {})
    first, second = node.children
    assert isinstance(first, ObjectNode)
    assert (first.state, first.message) == ("ok", "too large")
    assert isinstance(second, ProblemNode)
    assert (second.ref, second.state, second.message) == ("ConfigMap web/three (v1)", "problem", "of another")


def test_owners_are_named_as_vidraresources_and_never_the_one_that_is_shown() -> None:
    managers = {"vidra:hub:web": "web", "vidra:hub:other": "other"}
    state = live("1", "vidra:hub:web", "vidra:hub:other", "vidra:elsewhere:web")
    (node,) = resource_node(resource("web", [ONE]), [state], managers).children
    assert isinstance(node, ObjectNode)
    assert node.owners == ("other", "vidra:elsewhere:web")


def test_a_machine_reads_only_what_is_there() -> None:
    node = sync_node(sync("all"), [resource_node(resource("web", [ONE]), [live("1")], {})])
    assert msgspec.json.decode(msgspec.json.encode(node)) == {
        "kind": "InfrahubSync",
        "name": "all",
        "state": "Unknown",
        "message": "not reconciled yet",
        "children": [
            {
                "kind": "VidraResource",
                "name": "web",
                "state": "True",
                "reason": "Applied",
                "message": "all of it",
                "children": [
                    {
                        "kind": "ConfigMap",
                        "name": "one",
                        "namespace": "web",
                        "ref": "ConfigMap web/one (v1)",
                        "state": "ok",
                        "children": [],
                    }
                ],
            }
        ],
    }
