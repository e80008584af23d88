"""A forged part of a long inventory counts for nothing, although the status names it by its digest."""

import msgspec
import pytest

from testkit.environment import OWN, RESOURCES, Json, Scene
from testkit.objects import config_map
from testkit.operating import Operating
from vidra.api.resource import ManagedObject, VidraResource
from vidra.apply.inventory_pieces import config_map_of, named
from vidra.kube.client import MERGE_PATCH, encode
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)


@pytest.mark.usefixtures("short_statuses")
async def test_a_forged_piece_deletes_nothing(own_scene: Scene, own_operator: Operating) -> None:
    scene = own_scene
    theirs = await scene.apply({**config_map("theirs", scene.namespace), "data": {"a": "b"}})
    text = write([config_map(f"unit-{number:03}") for number in range(40)])
    name = await scene.resource(text, interval="1h")
    await scene.until_resource(name)
    await own_operator.stop()
    found = msgspec.convert(await scene.get(RESOURCES, name), VidraResource)
    stored = found.status.inventory
    assert stored is not None
    maps: Json = await scene.client.get(CONFIG_MAPS.path(OWN, stored.pieces[-1].name), Json)
    last = msgspec.json.decode(maps["data"]["objects"], type=tuple[ManagedObject, ...])
    forged = (*last, msgspec.structs.replace(last[-1], name="theirs", uid=theirs["metadata"]["uid"]))
    piece = named(name, forged)
    body = {**config_map_of(name, piece, forged)}
    await scene.client.send("POST", CONFIG_MAPS.path(OWN), body=encode(body))
    pieces = msgspec.to_builtins((*stored.pieces[:-1], piece))
    status = {"inventory": {"objects": stored.objects + 1, "pieces": pieces}}
    path = RESOURCES.path("", name, "status")
    await scene.client.send("PATCH", path, body=encode({"status": status}), content_type=MERGE_PATCH)
    await own_operator.start()
    await scene.request(name, "now")
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    assert await scene.get(CONFIG_MAPS, "theirs", namespace=scene.namespace) is not None
    listing: Json = await scene.client.get(CONFIG_MAPS.path(scene.namespace), Json)
    assert [item["metadata"]["name"] for item in listing["items"]] == ["theirs"]
