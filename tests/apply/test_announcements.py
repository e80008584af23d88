"""Which inventories of others keep an object, by what is known without a request."""

import time

import msgspec
import pytest

from testkit.digests import DIGESTS
from vidra.api.meta import Meta, OwnerReference
from vidra.api.names import API_VERSION, SYNC_KIND
from vidra.api.resource import (
    InventoryPiece,
    InventoryPieces,
    KnownCluster,
    ManagedObject,
    ResourceSpec,
    ResourceStatus,
    VidraResource,
)
from vidra.api.sync import Destination
from vidra.apply.announcements import Announcements, Wait
from vidra.apply.desired.object import Key
from vidra.apply.field_owner import Owner
from vidra.apply.inventory import key_of
from vidra.apply.inventory_index import Claim, Claims, Place
from vidra.kube.discovery import Kind
from vidra.kube.store import Store

HUB, EAST, WEST = "hub00000", "https://east.example", "https://west.example"
CLUSTER = "c1u5te00"
CONFIGS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
ME = Owner(HUB, "me")


def entry(server: str, uid: str = "") -> ManagedObject:
    return ManagedObject("v1", "ConfigMap", "box", "ns", server, uid)


def resource(
    name: str, server: str, *entries: ManagedObject, account: str | None = None, version: str = "1"
) -> VidraResource:
    clusters = tuple(KnownCluster(item.server, f"{CLUSTER}-more") for item in entries if item.server)
    spec = ResourceSpec(destination=Destination(server=server), service_account_name=account)
    return VidraResource(
        Meta(name=name, uid=name, resource_version=version),
        spec,
        ResourceStatus(managed_resources=entries, clusters=clusters),
    )


def claims(other: VidraResource, *, same: bool = False, account: str | None = None) -> tuple[Claim, ...]:
    """What `other` has of the object in EAST, as an owner there sees it."""
    store = Store[VidraResource]()
    store.changed(resource("me", EAST, entry(EAST, "u"), account=account))
    store.changed(other)
    index = Claims(store, HUB, same=lambda _one, _other: same, digests=DIGESTS)
    return index.others(ME, entry(EAST, "u"), Place(EAST, CLUSTER, "u"))


@pytest.mark.parametrize(
    ("server", "same", "proven"),
    [(EAST, False, True), (f"{EAST}:443/", False, True), (WEST, False, False), (WEST, True, True), ("", False, None)],
)
def test_an_equal_uid_is_no_proof(server: str, same: bool, proven: bool | None) -> None:
    found = claims(resource("other", server, entry(server, "u")), same=same)
    assert [claim.proven for claim in found] == ([] if proven is None else [proven])


@pytest.mark.parametrize(
    ("server", "uid", "kept", "confirmed"),
    [
        (EAST, "u", True, True),
        (EAST, "", True, False),
        (EAST, "old", None, None),
        (WEST, "u", False, True),
        (WEST, "", False, False),
    ],
)
def test_without_proof_only_the_mark_on_the_object_counts(
    server: str, uid: str, kept: bool | None, confirmed: bool | None
) -> None:
    found = claims(resource("other", server, entry(server, uid)))
    assert [claim.keeps for claim in found] == ([] if kept is None else [kept])
    for claim in found:
        assert claim.owns(()) == (bool(confirmed) and server == EAST)
        assert claim.owns({claim.mark}) == confirmed


@pytest.mark.parametrize("account", [None, "deployer"])
def test_accounts_are_equal_or_not(account: str | None) -> None:
    (claim,) = claims(resource("other", EAST, entry(EAST)), account=account)
    assert claim.equal is (account is None)
    assert claim.keeps is (account is None)


def test_who_lists_it_twice_is_believed_for_the_address_that_is_proven() -> None:
    (claim,) = claims(resource("other", EAST, entry(WEST, "u"), entry(EAST)))
    assert (claim.proven, claim.confirmed) == (True, False)


async def test_only_what_may_still_come_is_waited_for() -> None:
    announced = resource("other", EAST, entry(EAST))
    gone = msgspec.structs.replace(announced, metadata=Meta("other", deletion_timestamp="2026-01-01T00:00:00Z"))
    elsewhere = resource("other", WEST, entry(EAST))
    for item, held in ((announced, True), (gone, False), (elsewhere, False)):
        awaited = await Announcements().awaited(entry(EAST, "u"), CONFIGS, claims(item))
        assert (awaited is not None) is held


async def test_who_has_no_access_is_not_waited_for() -> None:
    wait = Wait(60, {})
    found = claims(resource("other", EAST, entry(EAST)))
    assert await Announcements(lambda _resource, _server: None, wait).awaited(entry(EAST, "u"), CONFIGS, found) is None


def test_a_wait_ends_however_often_it_is_asked_for() -> None:
    since: dict[Key, float] = {}
    mine = entry(EAST, "u")
    assert 0 < Wait(60, since).left(mine) <= 60
    assert Wait(60, since, deadline=time.monotonic() - 1).left(mine) < 0
    since[key_of(mine)] -= 61
    assert Wait(60, since).left(mine) < 0


@pytest.mark.parametrize("wanted", [True, False])
def test_a_wait_is_forgotten_with_its_cause(wanted: bool) -> None:
    store = Store[VidraResource]()
    store.changed(resource("me", EAST, entry(EAST, "u")))
    index, mine = Claims(store, HUB, digests=DIGESTS), entry(EAST, "u")
    Wait(60, index.waiting(ME)).left(mine)
    assert index.waiting(ME)
    if wanted:
        index.wants(ME, [key_of(mine)])
    else:
        store.changed(resource("me", EAST, version="2"))
    assert not index.waiting(ME)


@pytest.mark.parametrize(("sync", "held"), [("mine", True), ("another", False), ("", False)])
async def test_what_may_be_in_an_inventory_that_cannot_be_seen_is_waited_for_by_its_siblings(
    sync: str, held: bool
) -> None:
    pieces = InventoryPieces("vidra-system", 2, (InventoryPiece("piece", 2, "digest"),))
    unseen = owned(resource("other", EAST), sync)
    unseen = msgspec.structs.replace(unseen, status=msgspec.structs.replace(unseen.status, inventory=pieces))
    store = Store[VidraResource]()
    store.changed(owned(resource("me", EAST, entry(EAST, "u")), "mine"))
    store.changed(unseen)
    index, place = Claims(store, HUB, digests=DIGESTS), Place(EAST, CLUSTER, "u")
    found = index.others(ME, entry(EAST, "u"), place)
    assert [claim.confirmed for claim in found] == ([False] if held else [])
    assert (await Announcements().awaited(entry(EAST, "u"), CONFIGS, found) is not None) is held
    store.changed(owned(resource("other", EAST, entry(EAST, "another"), version="2"), sync))
    assert index.others(ME, entry(EAST, "u"), place) == ()


def owned(item: VidraResource, sync: str) -> VidraResource:
    owners = (OwnerReference(API_VERSION, SYNC_KIND, sync, sync),) if sync else ()
    return msgspec.structs.replace(item, metadata=msgspec.structs.replace(item.metadata, owner_references=owners))
