"""What an inventory says that cannot be proven counts where the object itself says it."""

import pytest

from testkit.digests import DIGESTS
from vidra.api.resource import ManagedObject, ResourceStatus
from vidra.apply.desired.digest import is_plain
from vidra.apply.field_owner import Owner
from vidra.apply.inventory import Inventory
from vidra.apply.revision import text_of
from vidra.apply.unproven import proven, unproven
from vidra.kube.object_snapshot import ObjectSnapshot

ME = Owner("0a1b2c3d", "me")
BOX = ManagedObject("v1", "ConfigMap", "box", "shop", uid="u", revision="012345678901-fields-1")
PLACE = ManagedObject("v1", "Namespace", "place", uid="u", revision="012345678901-fields")
HELD = ((ME.manager, "fields"),)


def without_uid(entry: ManagedObject) -> Inventory:
    return Inventory.of(unproven(ResourceStatus(managed_resources=(entry,)), DIGESTS, "me").managed_resources)


@pytest.mark.parametrize(
    ("entry", "state", "uid", "joined"),
    [
        (BOX, ObjectSnapshot("u", 1, HELD), "u", False),
        (BOX, ObjectSnapshot("v", 1, HELD), "v", False),
        (BOX, ObjectSnapshot("u", 1, (), unheld=(ME.mark,)), "u", False),
        (BOX, ObjectSnapshot("u", 1, ()), "", False),
        (BOX, ObjectSnapshot("u", 1, (("vidra:0a1b2c3d:other", "fields"),)), "", False),
        (BOX, ObjectSnapshot("u", 1, HELD, shared=True), "u", False),
        (BOX, None, "", False),
        (PLACE, ObjectSnapshot("u", 1, HELD), "u", False),
        (PLACE, ObjectSnapshot("u", 1, HELD, shared=True), "u", True),
    ],
    ids=[
        "held",
        "recreated and held",
        "its mark, held by nobody",
        "no sign",
        "another owner's",
        "held by others too",
        "not there",
        "a Namespace",
        "a Namespace that others hold",
    ],
)
def test_an_entry_gets_its_uid_back_from_the_object(
    entry: ManagedObject, state: ObjectSnapshot | None, uid: str, joined: bool
) -> None:
    [found] = proven(without_uid(entry), ME, lambda _: state).listing()
    assert (found.uid, found.joined) == (uid, joined)


def test_an_entry_that_was_only_announced_stays_so() -> None:
    announced = ManagedObject("v1", "ConfigMap", "box", "shop")
    assert proven(Inventory.of([announced]), ME, lambda _: ObjectSnapshot("u", 1, HELD)).listing() == (announced,)


def test_a_digest_that_anybody_can_compute_is_put_under_the_key_and_the_rest_stays() -> None:
    [found] = without_uid(BOX).listing()
    assert not is_plain(text_of(found))
    assert found.revision.endswith("-fields-1")
