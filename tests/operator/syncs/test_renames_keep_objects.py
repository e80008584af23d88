"""Whatever is renamed, what stays the same is handed over: no object is deleted, none is made anew."""

import pytest

from testkit.environment import RESOURCES, SYNCS, Json, Scene, condition, has_reason
from testkit.managed_fields import empty_managed_fields
from testkit.object_recorder import Vigil
from testkit.objects import config_map
from testkit.operating import Operating
from testkit.trigger import ask
from vidra.api.names import MANAGED_LABEL, MANAGED_VALUE
from vidra.kube.client import encode
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

TEXT = write([config_map("one", colour="red"), config_map("two", colour="red")])
OTHER = write([config_map("one", colour="blue"), config_map("two", colour="red")])
BROKEN = write([config_map("one", colour="red")]) + "---\nkind: [\n"


async def test_an_object_that_is_renamed_in_an_artifact_is_made_before_the_old_one_goes(scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Colours", TEXT)
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    configs = await scene.kind("v1", "ConfigMap")
    async with Vigil(scene) as vigil:
        scene.infrahub.change(artifact, write([config_map("one", colour="red"), config_map("three", colour="red")]))
        await ask(scene, name)
        await scene.until_gone(configs, "two", namespace=scene.namespace)
        await scene.until_sync(name)
    assert vigil.ended == ["two"]
    assert vigil.versions["three"] < vigil.versions["two"]
    assert (await vigil.now())["one"] == vigil.uids["one"]


async def test_an_object_that_moves_from_one_artifact_to_another_stays(scene: Scene) -> None:
    first = scene.infrahub.add_artifact("Colours", write([config_map("one"), config_map("moves", by="first")]))
    second = scene.infrahub.add_artifact("Colours", write([config_map("two", colour="red")]))
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    async with Vigil(scene) as vigil:
        for old, new in ((first, second), (second, first)):
            scene.infrahub.change(old, write([config_map("one", colour=old)]))
            scene.infrahub.change(new, write([config_map("two", colour=new), config_map("moves", by=new)]))
            await ask(scene, name)
            sync = await scene.until_sync(name)
            assert sync["status"]["progress"] == "2/2"
            assert (await vigil.now())["moves"] == vigil.uids["moves"]
    assert "moves" not in vigil.ended


@pytest.mark.faces(2)
@pytest.mark.parametrize("emptied", [False, True])
@pytest.mark.parametrize("by", ["nobody", "first", "second"])
async def test_an_object_that_moves_stays_though_somebody_took_all_marks_off_it(
    scene: Scene, by: str, *, emptied: bool
) -> None:
    first = scene.infrahub.add_artifact("Colours", write([config_map("one"), config_map("moves", by="first")]))
    second = scene.infrahub.add_artifact("Colours", write([config_map("two")]))
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    configs = await scene.kind("v1", "ConfigMap")
    async with Vigil(scene) as vigil:
        await _replace(scene, configs, "moves", by)
        if emptied:
            await empty_managed_fields(scene.client, configs.path(scene.namespace, "moves"))
        scene.infrahub.change(first, write([config_map("one")]))
        scene.infrahub.change(second, write([config_map("two"), config_map("moves", by="second")]))
        await ask(scene, name)
        await scene.until_sync(name)
        assert await vigil.now() == vigil.uids
    moved = await scene.get(configs, "moves", namespace=scene.namespace)
    assert moved is not None
    assert moved["data"] == {"by": "second"}
    assert moved["metadata"]["labels"] == {MANAGED_LABEL: MANAGED_VALUE}
    assert [entry["name"] for entry in await _inventory(scene, f"{name}-{first}")] == ["one"]


async def test_an_object_that_somebody_made_in_place_of_the_one_that_moves_is_left_alone(scene: Scene) -> None:
    first = scene.infrahub.add_artifact("Colours", write([config_map("one"), config_map("moves", by="first")]))
    second = scene.infrahub.add_artifact("Colours", write([config_map("two")]))
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    configs = await scene.kind("v1", "ConfigMap")
    await scene.delete(configs, "moves", namespace=scene.namespace)
    await scene.apply(
        config_map("moves", by="somebody") | {"metadata": {"name": "moves", "namespace": scene.namespace}}
    )
    scene.infrahub.change(first, write([config_map("one")]))
    scene.infrahub.change(second, write([config_map("two"), config_map("moves", by="second")]))
    await ask(scene, name)
    await scene.until_resource(f"{name}-{second}", has_reason("NotOwned"))
    theirs = await scene.get(configs, "moves", namespace=scene.namespace)
    assert theirs is not None
    assert theirs["data"] == {"by": "somebody"}


async def _replace(scene: Scene, kind: Kind, name: str, by: str) -> None:
    """Somebody writes the whole object anew: no label, no annotation and no field of it is Vidra's after that."""
    live = await scene.get(kind, name, namespace=scene.namespace)
    assert live is not None
    metadata = {key: live["metadata"][key] for key in ("name", "namespace", "resourceVersion")}
    body = {"apiVersion": "v1", "kind": kind.kind, "metadata": metadata, "data": {"by": by}}
    await scene.client.send("PUT", kind.path(scene.namespace, name), body=encode(body))


async def _inventory(scene: Scene, resource: str) -> list[Json]:
    item = await scene.get(RESOURCES, resource)
    assert item is not None
    entries: list[Json] = item["status"]["managedResources"]
    return entries


async def test_an_artifact_that_comes_back_under_a_new_id_keeps_its_objects(scene: Scene) -> None:
    old = scene.infrahub.add_artifact("Colours", TEXT)
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    async with Vigil(scene) as vigil:
        scene.infrahub.remove(old)
        new = scene.infrahub.add_artifact("Colours", TEXT)
        await ask(scene, name)
        await scene.until_gone(RESOURCES, f"{name}-{old}")
        sync = await scene.until_sync(name, lambda item: bool(item["status"]["progress"] == "1/1"))
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids
    assert sync["status"]["artifacts"] == 1
    assert await scene.get(RESOURCES, f"{name}-{new}") is not None
    assert scene.infrahub.requests.count("/api/query/") == 2, "nobody asks who only waits"


async def test_what_changed_with_the_new_id_is_changed_in_place(scene: Scene) -> None:
    old = scene.infrahub.add_artifact("Colours", TEXT)
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    async with Vigil(scene) as vigil:
        scene.infrahub.remove(old)
        scene.infrahub.add_artifact("Colours", OTHER)
        await ask(scene, name)
        await scene.until_gone(RESOURCES, f"{name}-{old}")
        await scene.until_sync(name)
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids
    configs = await scene.kind("v1", "ConfigMap")
    one = await scene.get(configs, "one", namespace=scene.namespace)
    assert one is not None
    assert one["data"] == {"colour": "blue"}


async def test_a_new_artifact_that_is_broken_keeps_the_old_one_in_place_until_it_is_not(scene: Scene) -> None:
    old = scene.infrahub.add_artifact("Colours", TEXT)
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    async with Vigil(scene) as vigil:
        scene.infrahub.remove(old)
        new = scene.infrahub.add_artifact("Colours", BROKEN)
        await ask(scene, name)
        await scene.until_resource(f"{name}-{new}", has_reason("InvalidManifest"))
        sync = await scene.until_sync(name, lambda item: "InvalidManifest" in condition(item)["message"])
        waits = "1 VidraResource that is no longer listed will be deleted when its possible replacement is Ready"
        assert f"{waits}: {name}-{new}" in condition(sync)["message"]
        sync = await ask(scene, name)
        assert waits in condition(sync)["message"]
        assert await scene.get(RESOURCES, f"{name}-{old}") is not None
        scene.infrahub.change(new, TEXT)
        await ask(scene, name)
        await scene.until_gone(RESOURCES, f"{name}-{old}")
        await scene.until_sync(name)
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids


async def test_a_new_artifact_that_is_not_generated_yet_keeps_the_old_one_in_place(scene: Scene) -> None:
    old = scene.infrahub.add_artifact("Colours", TEXT)
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    scene.infrahub.remove(old)
    new = scene.infrahub.never_generated("Colours")
    async with Vigil(scene) as vigil:
        sync = await ask(scene, name)
        assert condition(sync)["reason"] == "NotGenerated"
        assert f"is Ready: artifact {new}" in condition(sync)["message"]
        scene.infrahub.change(new, TEXT)
        await ask(scene, name)
        await scene.until_gone(RESOURCES, f"{name}-{old}")
        await scene.until_sync(name)
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids


async def test_an_artifact_in_trouble_does_not_keep_one_that_was_listed_beside_it(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", BROKEN)
    scene.infrahub.never_generated("Colours")
    goes = scene.infrahub.add_artifact("Colours", write([config_map("goes")]))
    name = await scene.sync("Colours", interval="1h")
    await scene.until_resource(f"{name}-{goes}")
    await scene.until_sync(name, has_reason("NotGenerated"))
    await ask(scene, name)
    scene.infrahub.remove(goes)
    await ask(scene, name)
    await scene.until_gone(RESOURCES, f"{name}-{goes}")


async def test_a_sync_of_another_artifact_name_hands_over(scene: Scene) -> None:
    old = scene.infrahub.add_artifact("Colours", TEXT)
    scene.infrahub.add_artifact("Paints", OTHER)
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    async with Vigil(scene) as vigil:
        await scene.sync("Paints", name=name, interval="1h")
        await scene.until_gone(RESOURCES, f"{name}-{old}")
        await scene.until_sync(name)
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids


async def test_a_sync_of_another_branch_hands_over(scene: Scene) -> None:
    scene.infrahub.create_branch("next")
    old = scene.infrahub.add_artifact("Colours", TEXT)
    scene.infrahub.add_artifact("Colours", OTHER, branch="next")
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    async with Vigil(scene) as vigil:
        await scene.sync("Colours", name=name, interval="1h", source={"targetBranch": "next"})
        await scene.until_gone(RESOURCES, f"{name}-{old}")
        await scene.until_sync(name)
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids


async def test_an_operator_that_starts_in_the_middle_goes_on_with_the_hand_over(
    own_scene: Scene, own_operator: Operating
) -> None:
    scene = own_scene
    old = scene.infrahub.add_artifact("Colours", TEXT)
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    async with Vigil(scene) as vigil:
        await own_operator.stop()
        scene.infrahub.remove(old)
        new = scene.infrahub.add_artifact("Colours", BROKEN)
        await own_operator.start()
        await scene.until_resource(f"{name}-{new}", has_reason("InvalidManifest"))
        await own_operator.stop()
        await own_operator.start()
        await ask(scene, name)
        assert await scene.get(RESOURCES, f"{name}-{old}") is not None
        scene.infrahub.change(new, OTHER)
        await ask(scene, name)
        await scene.until_gone(RESOURCES, f"{name}-{old}")
        await scene.until_sync(name)
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids


async def test_a_sync_that_was_made_anew_keeps_its_vidraresources(own_scene: Scene, own_operator: Operating) -> None:
    scene = own_scene
    scene.infrahub.add_artifact("Colours", TEXT)
    name = await scene.sync("Colours", interval="1h")
    before = await scene.until_sync(name)
    resources = await scene.resources_of(name)
    async with Vigil(scene) as vigil:
        await own_operator.stop()
        await scene.patch(SYNCS, name, {"metadata": {"finalizers": None}})
        await scene.delete(SYNCS, name)
        await scene.sync("Colours", name=name, interval="1h")
        await own_operator.start()
        after = await scene.until_sync(name)
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    kept = await scene.resources_of(name)
    assert [item["metadata"]["uid"] for item in kept] == [item["metadata"]["uid"] for item in resources]
    owners = [owner["uid"] for item in kept for owner in item["metadata"]["ownerReferences"]]
    assert owners == [after["metadata"]["uid"]]
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids
