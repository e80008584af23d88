"""An inventory that has no room in a status is kept in pieces beside it, whole or not at all."""

import asyncio
import re
from collections.abc import Sequence

import msgspec
import pytest

from testkit.environment import OWN, RESOURCES, SYNCS, Json, Scene, condition, has_reason
from testkit.eventually import eventually
from testkit.object_recorder import MARK, Vigil
from testkit.objects import config_map
from testkit.operating import Operating
from testkit.trigger import ask
from vidra.api.names import INVENTORY_LABEL
from vidra.apply.field_owner import hashed
from vidra.kube.client import encode
from vidra.kube.discovery import Kind
from vidra.manifests.write import write
from vidra.views.dry_run import dry_run_session
from vidra.views.tree import ObjectNode, tree

CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)


pytestmark = pytest.mark.usefixtures("short_statuses")


def units(numbers: Sequence[int] | int, **data: str) -> str:
    wanted = range(numbers) if isinstance(numbers, int) else numbers
    return write([config_map(f"unit-{number:03}", **data) for number in wanted])


async def pieces_of(scene: Scene, name: str) -> dict[str, Json]:
    """The ConfigMaps with pieces of an inventory."""
    query = {"labelSelector": f"{INVENTORY_LABEL}={hashed(name)}"}
    listing: Json = await scene.client.get(CONFIG_MAPS.path(OWN), Json, query=query)
    return {item["metadata"]["name"]: item for item in listing["items"]}


async def objects(scene: Scene) -> set[str]:
    listing: Json = await scene.client.get(CONFIG_MAPS.path(scene.namespace), Json)
    return {item["metadata"]["name"] for item in listing["items"]} - {MARK, "kube-root-ca.crt"}


async def whole(scene: Scene, name: str) -> list[Json]:
    """Every entry of an inventory. Each piece that the status names is there, and no other stays."""
    item = await scene.get(RESOURCES, name)
    assert item is not None
    status, head = item["status"], item["status"].get("managedResources", [])
    stored = status.get("inventory", {"pieces": [], "objects": len(head)})
    found: dict[str, Json] = {}

    async def no_other() -> bool:
        nonlocal found
        found = await pieces_of(scene, name)
        assert found.keys() >= {piece["name"] for piece in stored["pieces"]}
        return len(found) == len(stored["pieces"])

    await eventually(no_other)
    texts = [found[piece["name"]]["data"]["objects"] for piece in stored["pieces"]]
    entries = [*head, *(entry for text in texts for entry in msgspec.json.decode(text))]
    assert len(entries) == stored["objects"]
    return entries


async def in_tree(scene: Scene, name: str) -> tuple[list[str], list[str]]:
    """The objects that `vidra tree` shows, and the start of what it says of others."""
    async with dry_run_session(scene.client, [OWN]) as session:
        (node,) = await tree(scene.client, session, [name])
    objects = [child.name for child in node.children if isinstance(child, ObjectNode)]
    others = [child.message for child in node.children if not isinstance(child, ObjectNode)]
    return objects, [message.partition(" are listed")[0] for message in others]


async def is_exact(scene: Scene, name: str, numbers: Sequence[int]) -> None:
    """The cluster and the inventory have these objects and no others, each confirmed."""
    names = [f"unit-{number:03}" for number in numbers]
    entries = await whole(scene, name)
    assert [entry["name"] for entry in entries] == names
    assert all(entry["uid"] and entry["revision"] for entry in entries)
    assert await objects(scene) == set(names)
    assert await in_tree(scene, name) == (names, [])


async def test_it_grows_changes_and_shrinks_and_nothing_of_it_is_left(scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Units", units(60))
    sync = await scene.sync("Units", interval="1h", pruneLimit=100)
    told = await scene.until_sync(sync)
    assert told["status"]["objects"] == 60
    (name,) = [item["metadata"]["name"] for item in await scene.resources_of(sync)]
    await is_exact(scene, name, range(60))
    before = await pieces_of(scene, name)
    assert len(before) > 5
    assert all(piece["immutable"] and "ownerReferences" not in piece["metadata"] for piece in before.values())
    one = config_map("unit-033", colour="blue")
    scene.infrahub.change(artifact, units(33) + "\n---\n" + write([one]) + "\n---\n" + units(range(34, 60)))
    await ask(scene, sync)
    await scene.until_sync(sync)
    await is_exact(scene, name, range(60))
    assert len(before.keys() & (await pieces_of(scene, name)).keys()) == len(before) - 1
    for numbers in ([*range(30), *range(31, 90)], range(30), range(3), range(40)):
        scene.infrahub.change(artifact, units(numbers))
        await ask(scene, sync)
        await scene.until_sync(sync)
        await is_exact(scene, name, numbers)
        assert bool(await pieces_of(scene, name)) is (len(numbers) > 10)
    await scene.delete(SYNCS, sync)
    await scene.until_gone(SYNCS, sync)
    assert await objects(scene) == set()
    assert await pieces_of(scene, name) == {}


async def test_objects_keep_their_uids_while_a_sync_with_a_long_inventory_is_renamed(scene: Scene) -> None:
    scene.infrahub.add_artifact("Units", units(40))
    old = await scene.sync("Units", interval="1h")
    await scene.until_sync(old)
    async with Vigil(scene) as vigil:
        new = await scene.sync("Units", interval="1h")
        await scene.delete(SYNCS, old)
        await scene.until_gone(SYNCS, old)
        await scene.until_sync(new)
        assert await vigil.now() == vigil.uids
    assert vigil.ended == []
    (name,) = [item["metadata"]["name"] for item in await scene.resources_of(new)]
    await is_exact(scene, name, range(40))


async def test_a_piece_that_somebody_deletes_is_written_again_and_nothing_else_happens(scene: Scene) -> None:
    name = await scene.resource(units(40), interval="1h", pruneLimit=100)
    await scene.until_resource(name)
    before = await whole(scene, name)
    piece = next(iter(await pieces_of(scene, name)))
    mark = scene.plane.audit.mark()
    await scene.delete(CONFIG_MAPS, piece, namespace=OWN)
    await scene.until(CONFIG_MAPS, piece, lambda _: True, namespace=OWN)
    assert await whole(scene, name) == before
    writes = [entry.verb for entry in await scene.plane.audit.since(mark) if entry.name in {piece, name}]
    assert "patch" not in writes


async def lose(scene: Scene, name: str, *, how: str) -> Json:
    """Take a piece away that the status names, or put less into its place; gives the piece."""
    item = await scene.get(RESOURCES, name)
    assert item is not None
    piece = (await pieces_of(scene, name))[item["status"]["inventory"]["pieces"][1]["name"]]
    await scene.delete(CONFIG_MAPS, piece["metadata"]["name"], namespace=OWN)
    if how == "changed":
        await put_back(scene, {**piece, "data": {**piece["data"], "objects": "[]"}})
    return piece


async def put_back(scene: Scene, piece: Json) -> None:
    """Restore a piece, as from a backup."""
    metadata = {key: piece["metadata"][key] for key in ("name", "namespace", "labels")}
    body = {"apiVersion": "v1", "kind": "ConfigMap", **piece, "metadata": metadata}
    await scene.client.send("POST", CONFIG_MAPS.path(OWN), body=encode(body))


@pytest.mark.faces(1)
@pytest.mark.parametrize("how", ["deleted", "changed"])
async def test_a_piece_that_is_lost_while_no_operator_runs_prunes_nothing_and_comes_back(
    own_scene: Scene, own_operator: Operating, how: str
) -> None:
    scene = own_scene
    name = await scene.resource(units(40), interval="1h", pruneLimit=100)
    doomed = await scene.resource(write([config_map(f"doomed-{number}") for number in range(30)]), interval="1h")
    await asyncio.gather(scene.until_resource(name), scene.until_resource(doomed))
    await own_operator.stop()
    pieces = [await lose(scene, each, how=how) for each in (name, doomed)]
    before = await objects(scene)
    await scene.resource(units(range(5, 45)), name=name, interval="1h", pruneLimit=100)
    await scene.delete(RESOURCES, doomed)
    await own_operator.start()
    told = await scene.until_resource(name, has_reason("InventoryMissing"))
    assert "of the 40 objects in the inventory cannot be seen" in condition(told)["message"]
    assert pieces[0]["metadata"]["name"] in condition(told)["message"]
    await scene.until_resource(doomed, has_reason("InventoryMissing"))
    assert await objects(scene) == before
    shown, unseen = await in_tree(scene, name)
    assert len(shown) < 40
    assert unseen == [f"{40 - len(shown)} more objects"]
    for piece in pieces:
        if how == "changed":
            await scene.delete(CONFIG_MAPS, piece["metadata"]["name"], namespace=OWN)
        await put_back(scene, piece)
    await scene.until_gone(RESOURCES, doomed)
    await scene.until_resource(name)
    await is_exact(scene, name, range(5, 45))
    assert await pieces_of(scene, doomed) == {}


async def test_what_is_lost_for_good_is_done_without(own_scene: Scene, own_operator: Operating) -> None:
    """As the documentation says: what is still wanted is listed again, and the rest stays."""
    scene = own_scene
    name = await scene.resource(units(40), interval="1h", pruneLimit=100)
    await scene.until_resource(name)
    await own_operator.stop()
    for piece in await pieces_of(scene, name):
        await scene.delete(CONFIG_MAPS, piece, namespace=OWN)
    await scene.resource(units(30), name=name, interval="1h", pruneLimit=100)
    await own_operator.start()
    told = await scene.until_resource(name, has_reason("InventoryMissing"))
    said = re.search(rf"kubectl annotate vidraresource {name} (\S+)=(\S+) --overwrite", condition(told)["message"])
    assert said is not None
    await scene.patch(RESOURCES, name, {"metadata": {"annotations": {said[1]: "something-else"}}})
    await scene.patch(RESOURCES, name, {"metadata": {"annotations": {said[1]: said[2]}}})
    await scene.until_resource(name)
    assert [entry["name"] for entry in await whole(scene, name)] == [f"unit-{number:03}" for number in range(30)]
    assert len(await objects(scene)) == 40
