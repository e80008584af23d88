"""Who has fields of an object is told by its field managers, and nothing is taken for what it is not."""

from typing import Any

import msgspec

from testkit.resources import resource, sync
from vidra.api.resource import ManagedObject
from vidra.kube.discovery import Kind
from vidra.views.find_object import Found
from vidra.views.trace import listed_by, origin_of, others_of, owners_of

DEPLOYMENT = Kind("apps/v1", "Deployment", "deployments", namespaced=True)


def found(*managers: Any, server: str = "") -> Found:
    entries = ({"manager": each} if isinstance(each, str) else each for each in managers)
    return Found(DEPLOYMENT, "web", "frontend", server, tuple(entries))


def test_owners_are_vidraresources_and_the_rest_are_others() -> None:
    item = found("vidra:hub:a", "kubectl", "vidra:elsewhere:b", {}, {"manager": "kubelet", "subresource": "status"})
    owners = owners_of(item, {"vidra:hub:a": "a", "vidra:hub:b": "b"})
    assert owners == {"vidra:hub:a": "a"}
    assert msgspec.to_builtins(others_of(item, owners)) == (
        {"manager": "kubectl"},
        {"manager": "vidra:elsewhere:b", "note": "a VidraResource that is gone, or of another Vidra"},
        {"manager": "kubelet", "subresource": "status"},
    )


def test_an_inventory_counts_in_its_own_cluster_and_in_any_version() -> None:
    here = ManagedObject("apps/v1beta1", "Deployment", "frontend", "web")
    there = msgspec.structs.replace(here, server="https://edge.example")
    other_group = msgspec.structs.replace(here, api_version="extensions/v1beta1")
    everything = [resource("c", [here]), resource("b", [there]), resource("a", [here]), resource("d", [other_group])]
    assert listed_by(found(), everything, {"owner"}) == ("a", "c")
    assert listed_by(found(), everything, {"a"}) == ("c",)
    assert listed_by(found(server="https://edge.example"), everything, ()) == ("b",)


def test_a_sync_that_is_deleted_is_still_named() -> None:
    made = resource("web", sync="all")
    assert msgspec.to_builtins(origin_of(made, None)) == {"resource": "web", "ready": "True (Applied)", "sync": "all"}
    full = origin_of(made, sync("all"))
    assert (full.infrahub, full.branch, full.artifact) == ("https://infrahub.example", "main", "Web")


def test_a_resource_that_was_never_reconciled_is_not_ready() -> None:
    assert origin_of(resource("web", ready=""), None).ready == "Unknown"


def test_an_object_is_named_with_its_namespace_if_it_has_one() -> None:
    assert str(found()) == "Deployment web/frontend (apps/v1)"
    assert str(msgspec.structs.replace(found(), namespace="")) == "Deployment frontend (apps/v1)"
