"""How an inventory that has no room in a status is divided, and put together again."""

from collections.abc import Iterable, Sequence

import msgspec
import pytest

from testkit.resources import resource as vidra_resource
from vidra.api.meta import Meta
from vidra.api.resource import InventoryPieces, ManagedObject, VidraResource
from vidra.apply import inventory_pieces as pieces
from vidra.apply.inventory_pieces import Entries, StoredPiece, as_stored, config_map_of, divided, joined, named, opened

ROOM = 1_000
"""Bytes: about four entries."""


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "HEAD", 500)
    monkeypatch.setattr(pieces, "PIECE", 1_000)


def entries(numbers: Iterable[int], *, uid: str = "u" * 36) -> Entries:
    return tuple(ManagedObject("v1", "ConfigMap", f"box-{number:04}", "here", uid=uid) for number in numbers)


class Kept:
    """ConfigMaps with pieces, and a VidraResource of which they are."""

    def __init__(self) -> None:
        self.maps: dict[str, StoredPiece] = {}
        self.resource = vidra_resource("web")

    def write(self, listing: Sequence[ManagedObject], room: int = ROOM) -> list[str]:
        """Keep this inventory from now on; returns the names of new pieces."""
        head, *parts = divided(tuple(listing), self.resource, room)
        found = [named("web", part) for part in parts]
        new = [each.name for each in found if each.name not in self.maps]
        for each, part in zip(found, parts, strict=True):
            self.maps[each.name] = read(config_map_of("web", each, part))
        stored = InventoryPieces("vidra-system", len(listing), tuple(found)) if found else None
        status = msgspec.structs.replace(self.resource.status, managed_resources=head, inventory=stored)
        raw = msgspec.structs.replace(self.resource, status=status)
        self.resource = joined(raw, self.maps.get)
        assert as_stored(self.resource) == raw
        return new


def read(config_map: dict[str, object]) -> StoredPiece:
    """A piece as it comes from an API server."""
    return opened(msgspec.json.decode(msgspec.json.encode(config_map), type=StoredPiece))


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.mark.parametrize(
    ("count", "room", "divided"),
    [(0, ROOM, False), (4, ROOM, False), (40, 100_000, False), (40, ROOM, True), (40, 0, True)],
)
def test_what_has_room_stays_in_the_status(kept: Kept, count: int, room: int, divided: bool) -> None:
    kept.write(entries(range(count)), room)
    assert kept.resource.inventory == entries(range(count))
    stored = kept.resource.status.inventory
    assert (stored is not None) is divided
    if stored:
        assert sum(len(piece.entries) for piece in kept.maps.values()) == count - len(
            as_stored(kept.resource).inventory
        )
        assert all(len(config_map["data"]["objects"]) <= pieces.PIECE for config_map in maps_of(kept.resource))


def maps_of(resource: VidraResource) -> list[dict[str, dict[str, str]]]:
    stored = resource.status.inventory
    assert stored is not None
    parts = pieces.parts_of(resource)[1:]
    return [config_map_of("web", piece, part) for piece, part in zip(stored.pieces, parts, strict=True)]


@pytest.mark.parametrize(
    "after",
    [
        [*range(20), *range(21, 60)],
        [*range(60), 1000],
        [*range(0, 60, 2), 31, *range(60, 63)],
        range(30),
        range(3),
        range(200),
    ],
    ids=["one less", "one more", "many less", "half", "has room", "many more"],
)
def test_an_inventory_changes(kept: Kept, after: Sequence[int]) -> None:
    kept.write(entries(range(60)))
    kept.write(entries(sorted(after)))
    assert kept.resource.inventory == entries(sorted(after))
    assert kept.resource.is_inventory_seen


def test_one_changed_entry_is_one_piece_to_write(kept: Kept) -> None:
    before = entries(range(60))
    assert len(kept.write(before)) > 5
    assert len(kept.write([*before[:33], msgspec.structs.replace(before[33], revision="a-b"), *before[34:]])) == 1
    assert len(kept.write([*before[:40], *before[41:]])) <= 2
    assert kept.write([*before[:40], *before[41:]]) == []


def test_entries_that_are_confirmed_stay_in_their_pieces(kept: Kept) -> None:
    kept.write(entries(range(60), uid=""))
    sizes = list(map(len, pieces.parts_of(kept.resource)))
    kept.write(entries(range(60)))
    assert list(map(len, pieces.parts_of(kept.resource)))[1:] == sizes[1:]


def test_what_shrinks_again_and_again_is_not_left_in_crumbs(kept: Kept) -> None:
    kept.write(entries(range(200)))
    for step in (2, 4, 8):
        kept.write(entries(range(0, 200, step)))
    fresh = Kept()
    fresh.write(entries(range(0, 200, 8)))
    assert len(pieces.parts_of(kept.resource)) <= 2 * len(pieces.parts_of(fresh.resource))


def test_an_inventory_is_whole_or_not_seen(kept: Kept) -> None:
    kept.write(entries(range(60)))
    raw, (first, second, *_) = as_stored(kept.resource), list(kept.maps)
    stored = raw.status.inventory
    assert stored is not None
    wrong: dict[str, dict[str, StoredPiece | None]] = {
        "missing": {**kept.maps, first: None},
        "another": {**kept.maps, first: kept.maps[second]},
        "changed": {**kept.maps, first: read({"metadata": {"name": first}, "data": {"objects": "[]"}})},
        "unreadable": {**kept.maps, first: read({"metadata": {"name": first}, "data": {"objects": '[{"name":'}})},
        "empty": {**kept.maps, first: read({"metadata": {"name": first}})},
    }
    for found in wrong.values():
        assert joined(raw, found.get) is raw
        assert not raw.is_inventory_seen
    fewer = msgspec.structs.replace(raw.status, managed_resources=raw.status.managed_resources[1:])
    edited = msgspec.structs.replace(raw, status=fewer)
    assert joined(edited, kept.maps.get) is edited
    assert joined(raw, kept.maps.get) == kept.resource


def test_a_piece_names_its_vidraresource_and_keeps_no_text() -> None:
    body = config_map_of("web", named("web", entries([1])), entries([1]))
    piece = read(body)
    assert (piece.resource, piece.entries) == ("web", entries([1]))
    assert opened(piece.__class__(Meta(name="x"), {"resource": "web", "objects": "{"})).digest == ""
    assert "objects" not in piece.data
    assert "ownerReferences" not in body["metadata"]


@pytest.mark.parametrize(
    ("namespace", "name", "well"),
    [
        ("vidra-system", f"vidra-inventory-{'0' * 16}-{'f' * 16}", True),
        ("vidra-system", "../../secrets/x", False),
        ("a/b", f"vidra-inventory-{'0' * 16}-{'f' * 16}", False),
    ],
)
def test_names_are_safe_in_a_path(namespace: str, name: str, well: bool) -> None:
    piece = msgspec.structs.replace(named("web", entries([1])), name=name)
    assert pieces.are_named_well(InventoryPieces(namespace, 1, (piece,))) is well
