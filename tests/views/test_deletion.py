"""Before something is deleted it is said what that means in each cluster, each object once."""

import msgspec
import pytest

from testkit.resources import resource, sync
from vidra.api.policies import DeletionPolicy
from vidra.api.resource import InventoryPieces, ManagedObject
from vidra.views.deletion import ClusterDeletion, deletion_of

EDGE = "https://edge.example"
HERE = [ManagedObject("v1", "ConfigMap", name, "web") for name in ("one", "two")]
THERE = [msgspec.structs.replace(entry, server=EDGE) for entry in HERE]


def test_each_cluster_is_counted_and_a_shared_object_once() -> None:
    both = [resource("a", [*HERE, *THERE]), resource("b", [HERE[0], THERE[0]])]
    assert deletion_of([], both, keep=False) == [ClusterDeletion("", 2, 0), ClusterDeletion(EDGE, 2, 0)]


def test_the_policy_of_the_sync_counts_before_that_of_its_resources() -> None:
    kept = sync("all", policy=DeletionPolicy.ORPHAN)
    made = [resource("a", HERE, sync="all"), resource("b", THERE, policy=DeletionPolicy.ORPHAN), resource("c", THERE)]
    assert deletion_of([kept], made, keep=False) == [ClusterDeletion("", 0, 2), ClusterDeletion(EDGE, 0, 2)]


@pytest.mark.parametrize("policy", DeletionPolicy)
def test_who_keeps_the_objects_deletes_none(policy: DeletionPolicy) -> None:
    assert deletion_of([], [resource("a", HERE, policy=policy)], keep=True) == [ClusterDeletion("", 0, 2)]


def test_what_cannot_be_seen_is_counted_too() -> None:
    item = resource("a", HERE)
    status = msgspec.structs.replace(item.status, inventory=InventoryPieces("vidra-system", 9, ()))
    assert deletion_of([], [msgspec.structs.replace(item, status=status)], keep=False) == [ClusterDeletion("", 9, 0)]


def test_without_objects_no_cluster_is_named() -> None:
    assert deletion_of([], [resource("a")], keep=False) == []
