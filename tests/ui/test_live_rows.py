"""A page sees all rows at once, then every change, and what it cannot see, by one stream with the viewer's rights."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from testkit.environment import RESOURCES, SYNCS, Scene, connection_to
from testkit.objects import config_map
from vidra.api.names import PLURALS
from vidra.manifests.write import write

Open = Callable[..., Any]


async def test_rows_arrive_then_their_changes_and_their_end(opened: Open, scene: Scene) -> None:
    scene.infrahub.add_artifact("Web", write([config_map("one", colour="red")]))
    sync = await scene.sync("Web", interval="1h")
    await scene.until_sync(sync)
    page = await opened()
    async with page.stream("syncs,resources,objects,clusters", sync=sync) as event:
        snapshot = await event("snapshot")
        assert snapshot["sight"] == {plural: {"current": True} for plural in PLURALS.values()}
        row = snapshot["tables"]["syncs"][sync]
        assert (row["state"], row["reason"], row["source"], row["selects"]) == ("ready", "Synced", "infrahub", "Web")
        ((name, resource),) = snapshot["tables"]["resources"].items()
        assert resource["sync"] == sync
        (shown,) = snapshot["tables"]["objects"][name]
        assert shown[:4] == ["ConfigMap", "v1", scene.namespace, "one"]
        await scene.patch(SYNCS, sync, {"spec": {"suspend": True}})
        while (await event("delta")).get("syncs", {}).get(sync, {}).get("state") != "suspended":
            pass
        await scene.delete(SYNCS, sync)
        while (await event("delta")).get("syncs", {"": 1}).get(sync, 1) is not None:
            pass


@pytest.mark.usefixtures("short_statuses")
async def test_all_objects_of_a_long_inventory_are_shown(opened: Open, scene: Scene) -> None:
    name = await scene.resource(write([config_map(f"map-{each:02}") for each in range(30)]))
    await scene.until_resource(name)
    page = await opened()
    async with page.stream("resources,objects", resource=name) as event:
        rows = (await event("snapshot"))["tables"]["objects"][name]
        assert rows[-1][3] == "status.inventory"
        while len(rows) < 30:
            rows = (await event("delta")).get("objects", {}).get(name, [])
        assert [row[3] for row in rows] == [f"map-{each:02}" for each in range(30)]


async def test_a_page_of_one_thing_is_sent_nothing_else(opened: Open, scene: Scene) -> None:
    names = [await scene.resource(write([config_map(f"map-{each}")])) for each in range(2)]
    for name in names:
        await scene.until_resource(name)
    page = await opened()
    async with page.stream("resources,objects", resource=names[0]) as event:
        tables = (await event("snapshot"))["tables"]
        assert set(tables["resources"]) == set(tables["objects"]) == {names[0]}
        await scene.patch(RESOURCES, names[1], {"spec": {"suspend": True}})
        await scene.patch(RESOURCES, names[0], {"spec": {"suspend": True}})
        assert set((await event("delta"))["resources"]) == {names[0]}


async def test_who_may_see_nothing_is_told_so_and_not_that_there_is_nothing(opened: Open, scene: Scene) -> None:  # S8
    token = await scene.token_of("nobody")
    page = await opened(connection=msgspec.structs.replace(connection_to(scene.plane), token=token))
    async with page.stream("syncs,resources") as event:
        snapshot = await event("snapshot")
    assert snapshot["tables"] == {"syncs": {}, "resources": {}}
    for kind in PLURALS.values():
        assert snapshot["sight"][kind]["current"] is False
        assert "forbidden" in snapshot["sight"][kind]["why"]


async def test_forbidden_and_missing_answer_alike(opened: Open, scene: Scene) -> None:  # S10
    name = await scene.resource(write([config_map("one")]))
    token = await scene.token_of("nobody")
    page = await opened(connection=msgspec.structs.replace(connection_to(scene.plane), token=token))
    there, not_there = [await page.get(f"api/detail/resource/{each}") for each in (name, "n" + name[1:])]
    assert there.status == not_there.status == 403
    assert there.error.replace(name, "") == not_there.error.replace("n" + name[1:], "")


async def test_a_token_that_nobody_knows_is_one_sentence(opened: Open, scene: Scene) -> None:
    page = await opened(connection=msgspec.structs.replace(connection_to(scene.plane), token="made-up"))
    answer = await page.get("api/me")
    assert answer.status == 401
    assert "log in again" in answer.error
    async with page.stream("syncs") as event:
        assert "log in again" in (await event("snapshot"))["sight"]["infrahubsyncs"]["why"]
