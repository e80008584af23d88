"""The operator sees only statuses that Vidra wrote: with its seal, or as it wrote them itself."""

import msgspec
import pytest

from testkit.digests import DIGESTS
from vidra.api.conditions import Condition
from vidra.api.held_prune import HeldPrune
from vidra.api.meta import Meta
from vidra.api.resource import KnownCluster, ManagedObject, ResourceSpec, ResourceStatus, VidraResource
from vidra.apply.desired.digest import Digests
from vidra.controllers.runtime.sealed_statuses import SealedStatuses
from vidra.kube.store import Store

ENTRY = ManagedObject("v1", "ConfigMap", "box", "shop", uid="u", revision="text-fields", ended="Succeeded")
STATUS = ResourceStatus(observed_generation=1, managed_resources=(ENTRY,), applied_checksum="c")
FORGED = ResourceStatus(observed_generation=1, managed_resources=(msgspec.structs.replace(ENTRY, name="prize"),))
OTHERS = Digests(b"the key of another installation, or of none at all")


class World:
    """A store, and what the API server sends to it."""

    def __init__(self, digests: Digests = DIGESTS, *, mine: bool = True) -> None:
        self.mine = mine
        self.seals = SealedStatuses(digests, lambda _: self.mine)
        self.store: Store[VidraResource] = Store()
        self.store.admit(self.seals.admit)
        self.version = 0

    def sends(self, status: ResourceStatus, *, by: Digests | None = None, uid: str = "one") -> VidraResource:
        """The status as it arrives, with a seal if somebody made one; gives what the operator sees."""
        self.version += 1
        item = VidraResource(Meta(name="a", uid=uid, resource_version=str(self.version)), ResourceSpec(), status)
        if by:
            status = SealedStatuses(by, lambda _: True).sealed(item, status)
        self.store.changed(msgspec.structs.replace(item, status=status))
        return self.seen

    @property
    def seen(self) -> VidraResource:
        found = self.store.get("a")
        assert found is not None
        return found


def uids(item: VidraResource) -> list[str]:
    return [entry.uid for entry in item.status.managed_resources]


def test_a_sealed_status_is_seen_as_it_is() -> None:
    world = World()
    seen = world.sends(STATUS, by=DIGESTS)
    assert (uids(seen), world.seals.foreign(seen)) == (["u"], None)


@pytest.mark.parametrize(
    "forged",
    [
        FORGED,
        ResourceStatus(),
        msgspec.structs.replace(STATUS, managed_resources=()),
        msgspec.structs.replace(STATUS, conditions=(Condition("Ready", "True", "Applied"),)),
        msgspec.structs.replace(STATUS, held_prune=HeldPrune(id="x", objects=1, of=1, approved=True)),
        msgspec.structs.replace(STATUS, clusters=(KnownCluster("https://east", "u"),)),
    ],
    ids=["another object", "nothing", "no entry", "ready", "an approval", "another cluster"],
)
@pytest.mark.parametrize("seal", ["none", "the old one", "another key's"])
def test_what_somebody_else_writes_is_not_seen(forged: ResourceStatus, seal: str) -> None:
    world = World()
    before = world.sends(STATUS, by=DIGESTS).status
    forged = msgspec.structs.replace(forged, seal=before.seal) if seal == "the old one" else forged
    seen = world.sends(forged, by=OTHERS if seal == "another key's" else None)
    assert seen.status == before
    found = world.seals.foreign(seen)
    assert found
    assert (found.proven, found.stored) != (False, before)
    assert world.sends(STATUS, by=DIGESTS).status == before
    assert world.seals.foreign(seen) is None


@pytest.mark.parametrize("why", ["at the start", "another replica's", "was another replica's", "another VidraResource"])
def test_where_nothing_better_is_known_a_status_is_seen_without_its_claims(why: str) -> None:
    world = World(mine=why != "another replica's")
    if why != "at the start":
        world.sends(STATUS, by=DIGESTS)
    if why == "was another replica's":
        world.seals.forget("a", gone=False)
    held = HeldPrune(id="x", objects=1, of=1, approved=True)
    forged = msgspec.structs.replace(FORGED, held_prune=held, clusters=(KnownCluster("https://east", "u"),))
    seen = world.sends(forged, uid="another" if why == "another VidraResource" else "one")
    assert not world.seals.is_proven(seen)
    assert uids(seen) == [""]
    assert seen.status.managed_resources[0].ended == "Succeeded"
    assert seen.status.clusters, "another cluster at the address keeps Vidra from what is in it"
    assert seen.status.held_prune
    assert not seen.status.held_prune.approved


def test_an_earlier_status_that_somebody_copies_back_is_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    monkeypatch.setattr("time.time", lambda: 1_000.0)
    earlier = world.sends(FORGED, by=DIGESTS).status
    monkeypatch.setattr("time.time", lambda: 2_000.0)
    now = world.sends(STATUS, by=DIGESTS).status
    assert world.sends(earlier).status == now
    world.version = 0
    item = world.seen
    back = msgspec.structs.replace(item, metadata=msgspec.structs.replace(item.metadata, resource_version="1"))
    world.store.found(msgspec.structs.replace(back, status=earlier))
    world.store.listed({"one"}, 9)
    assert world.seen.status == earlier, "the server was restored from a backup"


def test_a_server_that_was_restored_to_before_there_were_seals_is_seen_as_it_is_now() -> None:
    world = World()
    world.version = 7
    world.sends(STATUS, by=DIGESTS)
    item = world.seen
    back = msgspec.structs.replace(item.metadata, resource_version="1")
    world.store.found(msgspec.structs.replace(item, metadata=back, status=FORGED))
    world.store.listed({"one"}, 9)
    assert [entry.name for entry in world.seen.status.managed_resources] == ["prize"]
    assert uids(world.seen) == [""]


def test_a_seal_is_for_one_vidraresource() -> None:
    world = World()
    sealed = world.sends(STATUS, by=DIGESTS).status
    assert uids(world.sends(sealed, uid="another")) == [""]


def test_a_new_one_has_nothing_to_prove() -> None:
    world = World()
    assert world.seals.is_proven(world.sends(ResourceStatus()))


def test_what_is_written_counts_although_the_definition_has_no_field_for_the_seal() -> None:
    world = World()
    before = world.sends(ResourceStatus())
    with world.seals.writing(before, world.seals.sealed(before, STATUS)):
        seen = world.sends(STATUS)
    assert (uids(seen), world.seals.foreign(seen)) == (["u"], None)
    assert world.seals.foreign(world.sends(STATUS)) is None


def test_what_somebody_writes_into_a_write_of_vidra_does_not_count() -> None:
    world = World()
    before = world.sends(ResourceStatus())
    with world.seals.writing(before, STATUS):
        assert world.sends(FORGED).status == STATUS


def test_another_vidra_that_says_the_same_is_no_news() -> None:
    world = World()
    world.sends(STATUS, by=DIGESTS)
    assert world.seals.foreign(world.sends(STATUS, by=OTHERS)) is None


def test_who_writes_again_and_again_is_answered_less_and_less_often() -> None:
    world = World()
    world.sends(STATUS, by=DIGESTS)
    assert world.seals.delay("a") == 0
    for _ in range(20):
        world.seals.wrote_back("a")
    assert 10 < world.seals.delay("a") <= 60


def test_what_was_here_before_is_admitted_too() -> None:
    store: Store[VidraResource] = Store()
    store.changed(VidraResource(Meta(name="a", uid="one", resource_version="1"), ResourceSpec(), FORGED))
    store.admit(SealedStatuses(DIGESTS, lambda _: True).admit)
    found = store.get("a")
    assert found
    assert uids(found) == [""]
