"""Deleting Vidra's definitions does not ask to delete objects: `kubectl delete crd` by mistake empties no cluster."""

from collections.abc import AsyncIterator
from contextlib import suppress

import msgspec
import pytest

from testkit.environment import RESOURCES, SYNCS, VIDRA_SYNCS, Json, Scene, has_reason
from testkit.objects import config_map
from testkit.operating import Operating
from vidra.api.names import GROUP, RESOURCE_PLURAL, SYNC_PLURAL, VIDRA_SYNC_PLURAL
from vidra.kube.discovery import Kind
from vidra.kube.errors import ApiError
from vidra.manifests.write import write

DEFINITIONS = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced=False)
CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
SYNC_DEFINITION, RESOURCE_DEFINITION = f"{SYNC_PLURAL}.{GROUP}", f"{RESOURCE_PLURAL}.{GROUP}"
VIDRA_SYNC_DEFINITION = f"{VIDRA_SYNC_PLURAL}.{GROUP}"


@pytest.fixture
async def place(own_scene: Scene, own_operator: Operating) -> AsyncIterator[Scene]:
    """A scene whose definitions may go: they are put back for whoever comes next."""
    yield own_scene
    if not own_operator.running:
        await own_operator.start()
    for kind in (SYNCS, VIDRA_SYNCS, RESOURCES):
        await _freed(own_scene, kind)
    for name in (SYNC_DEFINITION, VIDRA_SYNC_DEFINITION, RESOURCE_DEFINITION):
        found = await own_scene.get(DEFINITIONS, name)
        if found and found["metadata"].get("deletionTimestamp"):
            await own_scene.until_gone(DEFINITIONS, name)
    await own_scene.define()


@pytest.mark.faces(1)
@pytest.mark.parametrize(
    "names",
    [
        pytest.param((RESOURCE_DEFINITION,), id="vidraresources"),
        pytest.param((SYNC_DEFINITION,), id="infrahubsyncs"),
        pytest.param((SYNC_DEFINITION, RESOURCE_DEFINITION), id="both"),
    ],
)
async def test_objects_stay_as_they_are_and_are_taken_up_again(place: Scene, names: tuple[str, ...]) -> None:
    artifact = place.infrahub.add_artifact("Boxes", write([config_map("box", colour="red")]))
    sync = await place.sync("Boxes", interval="1s")
    await place.until_sync(sync)
    before = await _box(place)

    for name in names:
        await place.delete(DEFINITIONS, name)
    for name in names:
        await place.until_gone(DEFINITIONS, name)
    assert await _box(place) == before
    event = await place.until_event(f"{sync}-{artifact}", "Kept")
    assert event["type"] == "Warning"
    assert "does not ask to delete objects" in event["message"]
    assert any(name in event["message"] for name in names)
    if names == (RESOURCE_DEFINITION,):
        found = await place.until_sync(sync, has_reason("KindUnknown"))
        assert RESOURCE_DEFINITION in str(found["status"]["conditions"])

    await place.define()
    await place.sync("Boxes", name=sync, interval="1s")
    await place.until_sync(sync)
    await place.until_resource(f"{sync}-{artifact}")
    after = await _box(place)
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["data"] == before["data"]
    # They are Vidra's again, to the end.
    await place.delete(SYNCS, sync)
    await place.until_gone(SYNCS, sync)
    assert await place.get(CONFIG_MAPS, "box", namespace=place.namespace) is None


@pytest.mark.occasional
async def test_the_definition_of_vidrasyncs_takes_no_objects_along_either(place: Scene) -> None:
    place.infrahub.add_artifact("Boxes", write([config_map("box", colour="red")]))
    source = {"infrahub": {"infrahubAPIURL": place.infrahub.url, "artifactName": "Boxes"}}
    sync = await place.vidra_sync(source=source, interval="1s")
    await place.until_vidra_sync(sync)
    before = await _box(place)
    (made,) = await place.resources_of(sync, VIDRA_SYNCS)
    await place.delete(DEFINITIONS, VIDRA_SYNC_DEFINITION)
    await place.until_gone(DEFINITIONS, VIDRA_SYNC_DEFINITION)
    event = await place.until_event(made["metadata"]["name"], "Kept")
    assert VIDRA_SYNC_DEFINITION in event["message"]
    assert await _box(place) == before

    await place.define()
    await place.vidra_sync(name=sync, source=source, interval="1s")
    await place.until_vidra_sync(sync)
    assert (await _box(place))["metadata"]["uid"] == before["metadata"]["uid"]
    await place.delete(VIDRA_SYNCS, sync)
    await place.until_gone(VIDRA_SYNCS, sync)
    assert await place.get(CONFIG_MAPS, "box", namespace=place.namespace) is None


async def test_what_was_deleted_before_still_goes(place: Scene) -> None:
    """A sync that is on its way out already, and is held up: its objects were meant to go."""
    held = config_map("box", colour="red")
    held["metadata"]["finalizers"] = ["example.com/slow"]
    place.infrahub.add_artifact("Boxes", write([held]))
    sync = await place.sync("Boxes", deletionPolicy="WaitForTermination")
    await place.until_sync(sync)
    await place.delete(SYNCS, sync)
    box = await place.until(
        CONFIG_MAPS, "box", lambda item: "deletionTimestamp" in item["metadata"], namespace=place.namespace
    )
    # The times have whole seconds.
    later = await _a_second_after(place, box["metadata"]["deletionTimestamp"])
    for name in (SYNC_DEFINITION, RESOURCE_DEFINITION):
        await place.delete(DEFINITIONS, name)
    await place.until(
        DEFINITIONS,
        RESOURCE_DEFINITION,
        lambda item: str(item["metadata"].get("deletionTimestamp", "")) >= later,
    )
    await place.patch(CONFIG_MAPS, "box", {"metadata": {"finalizers": None}}, namespace=place.namespace)
    await place.until_gone(CONFIG_MAPS, "box", namespace=place.namespace)
    for name in (SYNC_DEFINITION, RESOURCE_DEFINITION):
        await place.until_gone(DEFINITIONS, name)


@pytest.mark.occasional
async def test_objects_stay_when_the_definitions_went_while_nobody_worked(
    place: Scene, own_operator: Operating
) -> None:
    by_hand = await place.resource(write([config_map("box", colour="red")]))
    await place.until_resource(by_hand)
    before = await _box(place)
    await own_operator.stop()
    await place.delete(DEFINITIONS, RESOURCE_DEFINITION)
    await place.until(RESOURCES, by_hand, lambda item: "deletionTimestamp" in item["metadata"])
    await own_operator.start()
    await place.until_gone(DEFINITIONS, RESOURCE_DEFINITION)
    assert await _box(place) == before
    await place.define()
    await place.resource(write([config_map("box", colour="red")]), name=by_hand)
    await place.until_resource(by_hand)
    await place.delete(RESOURCES, by_hand)
    await place.until_gone(CONFIG_MAPS, "box", namespace=place.namespace)


@pytest.mark.occasional
async def test_a_sync_goes_without_the_definition_of_vidraresources(place: Scene) -> None:
    place.infrahub.add_artifact("Boxes", write([config_map("box", colour="red")]))
    sync = await place.sync("Boxes")
    await place.until_sync(sync)
    await place.delete(DEFINITIONS, RESOURCE_DEFINITION)
    await place.until_gone(DEFINITIONS, RESOURCE_DEFINITION)
    await place.delete(SYNCS, sync)
    await place.until_gone(SYNCS, sync)


@pytest.mark.occasional
async def test_what_a_person_made_goes_on_without_the_definition_of_syncs(place: Scene) -> None:
    by_hand = await place.resource(write([config_map("box", colour="red")]))
    await place.until_resource(by_hand)
    await place.delete(DEFINITIONS, SYNC_DEFINITION)
    await place.until_gone(DEFINITIONS, SYNC_DEFINITION)
    await place.delete(RESOURCES, by_hand)
    await place.until_gone(CONFIG_MAPS, "box", namespace=place.namespace)


async def _freed(scene: Scene, kind: Kind) -> None:
    """Take the finalizers off what is left: only a test that failed leaves anything, and it must fail no others."""
    with suppress(ApiError):  # the definition is gone
        listing: Json = await scene.client.get(kind.path(), Json)
        for item in listing["items"]:
            await scene.patch(kind, item["metadata"]["name"], {"metadata": {"finalizers": None}})


async def _box(scene: Scene) -> Json:
    found = await scene.get(CONFIG_MAPS, "box", namespace=scene.namespace)
    assert found is not None
    return found


async def _a_second_after(scene: Scene, moment: str) -> str:
    """Wait until the API server gives a later time than this; that time."""
    while True:
        probe = await scene.client.send(
            "POST",
            CONFIG_MAPS.path(scene.namespace),
            query={"dryRun": "All"},
            body=b'{"metadata":{"name":"clock"}}',
        )
        now = _created(probe)
        if now > moment:
            return now


def _created(answer: bytes) -> str:
    found: Json = msgspec.json.decode(answer)
    return str(found["metadata"]["creationTimestamp"])
