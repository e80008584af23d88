"""A VidraSync does with other sources what an InfrahubSync does with Infrahub, and neither takes the other's."""

import asyncio
from base64 import b64encode
from typing import Any

import pytest

from testkit.environment import (
    OWN,
    RESOURCES,
    SCENE_LABEL,
    SECRETS,
    SYNCS,
    VIDRA_SYNCS,
    Json,
    Scene,
    condition,
    has_reason,
)
from testkit.object_recorder import Vigil, hand_over_and_back
from testkit.objects import config_map
from vidra.api.names import APPROVE_PRUNE, MANIFESTS_LABEL
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
ONE, TWO = (write([config_map(name, colour="red")]) for name in ("one", "two"))


async def given(scene: Scene, kind: str = "ConfigMap", *, name: str = "", namespace: str = OWN, **texts: str) -> str:
    """A ConfigMap or Secret with manifests for the syncs of a scene."""
    name = name or f"manifests-{scene.namespace}"
    labels = {MANIFESTS_LABEL: scene.namespace, SCENE_LABEL: scene.namespace}
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    data = {key: b64encode(text.encode()).decode() for key, text in texts.items()} if kind == "Secret" else texts
    await scene.apply({"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": data})
    return name


def inline(scene: Scene) -> Json:
    return {"inline": {"label": scene.namespace}}


def infrahub(scene: Scene, artifact: str = "Colours") -> Json:
    return {"infrahub": {"infrahubAPIURL": scene.infrahub.url, "artifactName": artifact}}


async def there(scene: Scene, name: str) -> bool:
    return await scene.get(CONFIG_MAPS, name, namespace=scene.namespace) is not None


@pytest.mark.faces(1)
@pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
async def test_each_key_becomes_one_vidraresource_and_changes_arrive_without_a_poll(scene: Scene, kind: str) -> None:
    name = await given(scene, kind, one=ONE, two=TWO)
    sync = await scene.vidra_sync(source=inline(scene), interval="1h")
    item = await scene.until_vidra_sync(sync)
    assert condition(item)["message"] == "2 keys with 2 objects applied"
    made = await scene.resources_of(sync, VIDRA_SYNCS)
    ids = [f"{kind.lower()}/{OWN}/{name}/{key}" for key in ("one", "two")]
    assert sorted(each["spec"]["content"]["artifactId"] for each in made) == ids

    await given(scene, kind, one=write([config_map("one", colour="blue")]), two=TWO)
    blue = await scene.until(
        CONFIG_MAPS, "one", lambda item: item["data"]["colour"] == "blue", namespace=scene.namespace
    )
    assert blue["data"]["colour"] == "blue"
    untouched = next(each for each in made if each["spec"]["content"]["artifactId"] == ids[1])
    same = await scene.get(RESOURCES, untouched["metadata"]["name"])
    assert same is not None
    assert same["metadata"]["resourceVersion"] == untouched["metadata"]["resourceVersion"]

    await given(scene, kind, one=ONE)
    await scene.until_gone(RESOURCES, untouched["metadata"]["name"])
    assert not await there(scene, "two")


async def test_nothing_left_with_the_label_prunes_nothing(scene: Scene) -> None:
    name = await given(scene, one=ONE)
    sync = await scene.vidra_sync(source=inline(scene), interval="1h")
    await scene.until_vidra_sync(sync)
    async with Vigil(scene) as vigil:
        await scene.delete(CONFIG_MAPS, name, namespace=OWN)
        item = await scene.until_vidra_sync(sync, has_reason("EmptyResult"))
        assert "the 1 that were there stay" in condition(item)["message"]
    assert vigil.ended == []


async def test_a_label_where_anybody_may_write_means_nothing(scene: Scene) -> None:
    await given(scene, one=ONE)
    await given(scene, name="stranger", namespace=scene.namespace, two=TWO)
    sync = await scene.vidra_sync(source=inline(scene))
    assert (await scene.until_vidra_sync(sync))["status"]["artifacts"] == 1


async def test_what_would_prune_too_much_is_held_until_somebody_approves(scene: Scene) -> None:
    two, three = (write([config_map(f"{name}-{number}") for number in range(6)]) for name in ("two", "three"))
    await given(scene, one=ONE, two=two, three=three)
    sync = await scene.vidra_sync(source=inline(scene), interval="1h")
    await scene.until_vidra_sync(sync)
    async with Vigil(scene) as vigil:
        await given(scene, one=ONE)
        item = await scene.until_vidra_sync(sync, has_reason("PruneHeld"))
        message = condition(item)["message"]
        assert "their keys are no longer listed" in message
        assert f"vidrasync {sync}" in message
    assert vigil.ended == []
    approval = {"metadata": {"annotations": {APPROVE_PRUNE: item["status"]["heldPrune"]["id"]}}}
    await scene.patch(VIDRA_SYNCS, sync, approval)
    await scene.until_vidra_sync(sync)
    assert (await there(scene, "one"), await there(scene, "two-0")) == (True, False)


@pytest.mark.occasional
async def test_two_kinds_of_sync_with_one_name_share_nothing(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", ONE)
    scene.infrahub.add_artifact("Others", TWO)
    name = await scene.sync("Colours")
    await scene.vidra_sync(name=name, source=infrahub(scene, "Others"))
    await asyncio.gather(scene.until_sync(name), scene.until_vidra_sync(name))
    ours, theirs = await scene.resources_of(name), await scene.resources_of(name, VIDRA_SYNCS)
    assert (len(ours), len(theirs)) == (1, 1)
    assert ours[0]["metadata"]["labels"] != theirs[0]["metadata"]["labels"]
    stored = {secret for item in (*ours, *theirs) for secret in item["spec"]["content"]["secrets"]}
    assert len(stored) == 2

    await scene.delete(VIDRA_SYNCS, name)
    await scene.until_gone(VIDRA_SYNCS, name)
    assert (await there(scene, "one"), await there(scene, "two")) == (True, False)
    assert await scene.get(SECRETS, ours[0]["spec"]["content"]["secrets"][0], namespace=OWN) is not None
    assert (await scene.until_sync(name))["status"]["progress"] == "1/1"


@pytest.mark.parametrize("of", ["infrahub", "inline"])
async def test_an_infrahubsync_hands_its_objects_to_a_vidrasync_and_back(scene: Scene, of: str) -> None:
    scene.infrahub.add_artifact("Colours", ONE)
    await given(scene, one=ONE)
    source: Json = infrahub(scene) if of == "infrahub" else inline(scene)
    vigil = await hand_over_and_back(scene, source)
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids


async def test_an_object_of_two_kinds_of_sync_goes_with_the_last(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", ONE)
    await given(scene, one=ONE)
    first, second = await scene.sync("Colours"), await scene.vidra_sync(source=inline(scene))
    await asyncio.gather(scene.until_sync(first), scene.until_vidra_sync(second))
    async with Vigil(scene) as vigil:
        await scene.delete(SYNCS, first)
        await scene.until_gone(SYNCS, first)
    assert vigil.ended == []
    await scene.delete(VIDRA_SYNCS, second)
    await scene.until_gone(VIDRA_SYNCS, second)
    assert not await there(scene, "one")


@pytest.mark.occasional
async def test_syncs_of_both_kinds_depend_on_each_other(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", TWO)
    first, second = f"{scene.namespace}-a", f"{scene.namespace}-b"
    wait: Any = {"kind": "VidraSync", "name": first}
    await scene.sync("Colours", name=second, dependsOn=[wait])
    item = await scene.until_sync(second, has_reason("ResourcesNotReady"))
    [made] = await scene.resources_of(second)
    assert f"VidraSync {first}" in condition(made)["message"]
    assert "DependencyNotReady" in condition(item)["message"]
    await given(scene, one=ONE)
    await scene.vidra_sync(name=first, source=inline(scene))
    await scene.until_sync(second)
    await scene.vidra_sync(name=first, source=inline(scene), dependsOn=[{"name": second}])
    await scene.until_vidra_sync(first, has_reason("DependencyCycle"))


async def test_a_suspended_vidrasync_does_nothing(scene: Scene) -> None:
    await given(scene, one=ONE)
    sync = await scene.vidra_sync(source=inline(scene), suspend=True)
    await scene.until_vidra_sync(sync, has_reason("Suspended"))
    assert await scene.resources_of(sync, VIDRA_SYNCS) == []
    await scene.patch(VIDRA_SYNCS, sync, {"spec": {"suspend": False}})
    await scene.until_vidra_sync(sync)
