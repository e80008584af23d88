"""Whatever somebody does to an object of Vidra's is undone: at once where that was asked for, else at the interval."""

import time
from typing import Any

import pytest

from testkit.environment import Check, Json, Scene
from testkit.objects import config_map
from vidra.api.names import MANAGED_LABEL
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

AT_ONCE = {"reconcileOnEvents": True}
"""The interval is ten minutes: what is put back while a test looks was put back because it was seen."""


async def given(scene: Scene, **spec: Any) -> tuple[Kind, str, Json]:
    """A VidraResource with one ConfigMap, applied."""
    name = await scene.resource(write([config_map("box", colour="red")]), **spec)
    await scene.until_resource(name)
    configs = await scene.kind("v1", "ConfigMap")
    before = await scene.get(configs, "box", namespace=scene.namespace)
    assert before is not None
    return configs, name, before


def as_before(before: Json, *, same: bool = True) -> Check:
    def check(item: Json) -> bool:
        meta, old = item["metadata"], before["metadata"]
        return bool(
            item.get("data") == before["data"]
            and meta.get("labels") == old["labels"]
            and meta.get("annotations") == old["annotations"]
            and (meta["uid"] == old["uid"]) is same
        )

    return check


EDITS: dict[str, Json] = {
    "a value": {"data": {"colour": "blue"}},
    "a removed key": {"data": {"colour": None}},
    "all data": {"data": None},
    "the label": {"metadata": {"labels": {MANAGED_LABEL: None}}},
    "another label": {"metadata": {"labels": {MANAGED_LABEL: "me"}}},
    "the annotations": {"metadata": {"annotations": None}},
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
async def test_an_edit_is_undone_at_once(scene: Scene, edit: Json) -> None:
    configs, _, before = await given(scene, destination=AT_ONCE)
    await scene.patch(configs, "box", edit, namespace=scene.namespace)
    await scene.until(configs, "box", as_before(before), namespace=scene.namespace)


async def test_a_deleted_object_is_made_anew_at_once(scene: Scene) -> None:
    configs, _, before = await given(scene, destination=AT_ONCE)
    await scene.delete(configs, "box", namespace=scene.namespace)
    await scene.until(configs, "box", as_before(before, same=False), namespace=scene.namespace)


async def test_an_object_that_somebody_replaced_meanwhile_is_not_taken_over(scene: Scene) -> None:
    configs, name, _ = await given(scene)
    await scene.delete(configs, "box", namespace=scene.namespace)
    theirs = await scene.apply(config_map("box", scene.namespace, by="hand"))
    resource = await scene.request(name, "now")
    assert resource["status"]["conditions"][0]["reason"] == "NotOwned"
    assert await scene.get(configs, "box", namespace=scene.namespace) == theirs


async def test_without_events_an_edit_is_undone_at_the_interval_and_not_before(scene: Scene) -> None:
    configs, _, before = await given(scene, interval="1s")
    began = time.monotonic()
    await scene.patch(configs, "box", {"data": {"colour": "blue"}}, namespace=scene.namespace)
    await scene.until(configs, "box", as_before(before), namespace=scene.namespace)
    assert time.monotonic() - began > 0.3  # which a busy machine only makes longer


async def test_without_events_nothing_is_undone_between_intervals(scene: Scene) -> None:
    configs, name, before = await given(scene)
    edited = await scene.patch(configs, "box", {"data": {"colour": "blue"}}, namespace=scene.namespace)
    witness = await scene.resource(write([config_map("witness", colour="red")]), destination=AT_ONCE)
    await scene.until_resource(witness)
    await scene.patch(configs, "witness", {"data": {"colour": "blue"}}, namespace=scene.namespace)
    await scene.until(
        configs, "witness", lambda item: bool(item["data"] == {"colour": "red"}), namespace=scene.namespace
    )
    assert await scene.get(configs, "box", namespace=scene.namespace) == edited
    await scene.request(name, "now")
    assert (await scene.get(configs, "box", namespace=scene.namespace) or {}).get("data") == before["data"]


async def test_what_others_do_to_their_own_fields_costs_no_request(scene: Scene) -> None:
    configs, name, _ = await given(scene, destination=AT_ONCE, interval="1s")
    mark = scene.plane.audit.mark()
    for number in range(3):
        foreign = {"metadata": {"annotations": {"note": str(number)}}, "data": {"theirs": str(number)}}
        await scene.patch(configs, "box", foreign, namespace=scene.namespace)
    witness = await scene.resource(write([config_map("witness", colour="red")]), interval="1s")
    await scene.until_resource(witness)
    await scene.patch(configs, "witness", {"data": {"colour": "blue"}}, namespace=scene.namespace)
    await scene.until(
        configs, "witness", lambda item: bool(item["data"] == {"colour": "red"}), namespace=scene.namespace
    )
    writes = [
        entry
        for entry in await scene.plane.audit.since(mark)
        if entry.name in {name, "box"} and "fieldManager=vidra" in entry.uri
    ]
    assert writes == []
