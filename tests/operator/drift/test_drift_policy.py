"""`driftPolicy: Report` says what somebody changed, and writes nothing until the manifest changes."""

from typing import Any

import pytest

from testkit.environment import Json, Scene, condition, is_ready
from testkit.objects import config_map
from vidra.api.names import MANAGED_LABEL
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

AT_ONCE = {"reconcileOnEvents": True}


async def given(scene: Scene, **spec: Any) -> tuple[Kind, str]:
    text = write([config_map("box", colour="red", size="small"), config_map("other", colour="red")])
    name = await scene.resource(text, destination=AT_ONCE, driftPolicy="Report", **spec)
    await scene.until_resource(name)
    return await scene.kind("v1", "ConfigMap"), name


def drifted(item: Json) -> Json:
    return condition(item, "Drifted")


async def test_an_edit_is_told_with_its_fields_and_who_made_it_and_stays(scene: Scene) -> None:
    configs, name = await given(scene)
    edited = await scene.patch(configs, "box", {"data": {"colour": "secret-blue"}}, namespace=scene.namespace)
    resource = await scene.until_resource(name, lambda item: bool(drifted(item)))
    assert drifted(resource)["reason"] == "Drifted"
    assert condition(resource)["status"] == "True"
    [entry] = resource["status"]["drifted"]
    assert entry["fields"] == [".data.colour"]
    assert entry["managers"] == ["vidra"]  # as whoever edits here calls itself
    assert ".data.colour" in drifted(resource)["message"]
    assert "secret-blue" not in str(resource["status"])
    assert await scene.get(configs, "box", namespace=scene.namespace) == edited
    event = await scene.until_event(name, "Drifted")
    assert event["type"] == "Warning"


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        ({"data": {"size": None}}, ".data.size"),
        ({"metadata": {"labels": {MANAGED_LABEL: None}}}, ".metadata.labels"),
        ({"metadata": {"annotations": None}}, ".metadata.annotations"),
    ],
)
async def test_what_somebody_removed_is_told(scene: Scene, edit: Json, field: str) -> None:
    configs, name = await given(scene)
    await scene.patch(configs, "box", edit, namespace=scene.namespace)
    resource = await scene.until_resource(name, lambda item: bool(drifted(item)))
    assert resource["status"]["drifted"][0]["fields"][0].startswith(field)


async def test_a_deleted_object_is_told_and_stays_away(scene: Scene) -> None:
    configs, name = await given(scene)
    await scene.delete(configs, "box", namespace=scene.namespace)
    resource = await scene.until_resource(name, lambda item: bool(drifted(item)))
    assert resource["status"]["drifted"][0]["note"] == "it was deleted"
    assert await scene.get(configs, "box", namespace=scene.namespace) is None
    assert len(resource["status"]["managedResources"]) == 2


async def test_nothing_is_told_any_more_once_somebody_put_it_back(scene: Scene) -> None:
    configs, name = await given(scene, interval="1s")
    await scene.patch(configs, "box", {"data": {"colour": "blue"}}, namespace=scene.namespace)
    await scene.until_resource(name, lambda item: bool(drifted(item)))
    await scene.patch(configs, "box", {"data": {"colour": "red"}}, namespace=scene.namespace)
    resource = await scene.until_resource(name, lambda item: not drifted(item))
    assert "drifted" not in resource["status"]


async def test_a_new_text_is_applied_over_it(scene: Scene) -> None:
    configs, name = await given(scene)
    await scene.patch(configs, "box", {"data": {"colour": "blue"}}, namespace=scene.namespace)
    await scene.until_resource(name, lambda item: bool(drifted(item)))
    text = write([config_map("box", colour="green", size="small"), config_map("other", colour="red")])
    await scene.resource(text, name=name, destination=AT_ONCE, driftPolicy="Report")
    await scene.until_resource(name, lambda item: not drifted(item) and is_ready(item))
    box = await scene.get(configs, "box", namespace=scene.namespace)
    assert box is not None
    assert box["data"]["colour"] == "green"


async def test_looking_again_at_what_was_told_asks_nobody_and_writes_nothing(scene: Scene) -> None:
    configs, name = await given(scene, interval="1s")
    await scene.patch(configs, "box", {"data": {"colour": "blue"}}, namespace=scene.namespace)
    await scene.until_resource(name, lambda item: bool(drifted(item)))
    await scene.request(name, "now")
    witness = await scene.resource(write([config_map("witness", colour="red")]), interval="1s")
    await scene.until_resource(witness)
    mark = scene.plane.audit.mark()
    for _ in range(2):
        await scene.patch(configs, "witness", {"data": {"colour": "blue"}}, namespace=scene.namespace)
        await scene.until(
            configs, "witness", lambda item: bool(item["data"] == {"colour": "red"}), namespace=scene.namespace
        )
    assert [entry for entry in await scene.plane.audit.since(mark) if entry.name in {"box", name}] == []


async def test_reverting_is_told_in_an_event(scene: Scene) -> None:
    name = await scene.resource(write([config_map("box", colour="red")]), destination=AT_ONCE)
    await scene.until_resource(name)
    configs = await scene.kind("v1", "ConfigMap")
    await scene.patch(configs, "box", {"data": {"colour": "blue"}}, namespace=scene.namespace)
    event = await scene.until_event(name, "DriftReverted")
    assert "ConfigMap" in event["message"]
    assert "box" in event["message"]
