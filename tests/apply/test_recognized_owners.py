"""A name in managedFields makes an owner only of who has the object in its inventory, however late that is known."""

from collections.abc import Awaitable, Callable

import pytest

from testkit.digests import DIGESTS
from vidra.api.meta import Meta
from vidra.api.resource import InventoryPieces, ManagedObject, ResourceSpec, ResourceStatus, VidraResource
from vidra.apply.field_owner import Owner
from vidra.apply.inventory_index import Claims
from vidra.apply.recognized_owners import RecognizedOwners, has_lost_fields
from vidra.apply.revision import revision
from vidra.kube.errors import UnreachableError
from vidra.kube.object_snapshot import ObjectSnapshot
from vidra.kube.store import Store

ME, OTHER = Owner("0a1b2c3d", "me"), Owner("0a1b2c3d", "other")
BOX = ManagedObject(api_version="v1", kind="ConfigMap", name="box", namespace="shop", uid="u")
OLD = ManagedObject(api_version="v1", kind="ConfigMap", name="box", namespace="shop", uid="before")
REST = ManagedObject(api_version="v1", kind="ConfigMap", name="rest", namespace="shop", uid="r")
Read = Callable[[str], Awaitable[VidraResource | None]]


def other(*entries: ManagedObject, generation: int = 1, version: str = "1", unseen: int = 0) -> VidraResource:
    rest = InventoryPieces("vidra-system", len(entries) + unseen, ()) if unseen else None
    status = ResourceStatus(managed_resources=entries, inventory=rest, observed_generation=generation)
    return VidraResource(Meta(name="other", uid="o", resource_version=version), spec=ResourceSpec(), status=status)


def answering(found: VidraResource | None) -> Read:
    async def read(manager: str) -> VidraResource | None:
        assert manager == OTHER.manager
        return found

    return read


async def silent(_manager: str) -> VidraResource | None:
    raise UnreachableError("no answer")


async def unasked(_manager: str) -> VidraResource | None:
    raise AssertionError("nothing is asked that is known")


@pytest.mark.parametrize(
    ("known", "read", "counts"),
    [
        (other(BOX), unasked, True),
        (other(OLD), unasked, True),
        (other(REST), answering(other(REST)), False),
        (other(REST), answering(other(REST, BOX)), True),
        (None, answering(other(BOX)), True),
        (None, answering(None), False),
        (other(REST), answering(None), False),
        (None, answering(other(generation=0)), True),
        (None, answering(other()), False),
        (other(REST), silent, True),
        (other(REST), answering(other(REST, unseen=2)), True),
    ],
    ids=[
        "listed",
        "under another UID",
        "not listed",
        "listed since",
        "new",
        "nobody",
        "deleted since",
        "restored",
        "empty",
        "silent",
        "not seen",
    ],
)
async def test_an_inventory_makes_an_owner(known: VidraResource | None, read: Read, counts: bool) -> None:
    store = Store[VidraResource]()
    if known:
        store.changed(known)
    recognized = RecognizedOwners(ME, Claims(store, ME.hub, read=read, digests=DIGESTS), "")
    assert await recognized.among(BOX, [ME.manager, OTHER.manager]) == {
        ME.manager,
        *([OTHER.manager] if counts else []),
    }


async def test_who_has_released_it_is_no_owner_although_the_status_does_not_say_so() -> None:
    store = Store[VidraResource]()
    store.changed(other(BOX))
    claims = Claims(store, ME.hub, read=answering(other(BOX)), digests=DIGESTS)
    claims.let_go(OTHER, BOX)
    assert await RecognizedOwners(ME, claims, "").among(BOX, [OTHER.manager]) == frozenset()


async def test_other_hubs_are_owners_and_other_names_are_not() -> None:
    recognized = RecognizedOwners(ME, Claims(Store[VidraResource](), ME.hub, read=answering(None), digests=DIGESTS), "")
    odd = ["vidra:", "vidra::", "vidra:x", "vidra:x:", "vidra", "kubectl", ""]
    assert await recognized.among(BOX, [*odd, "vidra:elsewhere:web"]) == {"vidra:elsewhere:web"}


@pytest.mark.parametrize(("hubs", "counts"), [(("*",), True), (("elsewhere",), True), ((), False), (("else",), False)])
def test_an_administrator_says_which_hubs_keep_their_fields(hubs: tuple[str, ...], counts: bool) -> None:
    recognized = RecognizedOwners(ME, Claims(Store[VidraResource](), ME.hub, digests=DIGESTS), "", lambda: hubs)
    assert recognized.counts("vidra:elsewhere:web") is counts


@pytest.mark.parametrize(
    ("uid", "held", "lost"), [("u", "fields", False), ("u", "fewer", True), ("u", "", True), ("new", "fewer", False)]
)
def test_what_was_taken_shows_in_what_is_held(uid: str, held: str, lost: bool) -> None:
    entry = ManagedObject(
        api_version="v1", kind="ConfigMap", name="box", uid="u", revision=revision("text", "fields", 1)
    )
    live = ObjectSnapshot(uid, 1, ((ME.manager, held),) if held else ())
    assert has_lost_fields(entry, live, ME.manager) is lost
    unknown = ManagedObject(api_version="v1", kind="ConfigMap", name="box", uid="u")
    assert not has_lost_fields(unknown, live, ME.manager)
