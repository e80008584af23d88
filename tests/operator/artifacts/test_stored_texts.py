"""What a sync fetched is kept in Secrets: whole, restored when lost, and no longer than it is needed."""

import base64
import random

import pytest

from testkit.environment import RESOURCES, SYNCS, Json, Scene, has_reason
from testkit.operating import Operating
from testkit.trigger import ask
from vidra.api.names import RESOURCE_LABEL
from vidra.apply.field_owner import hashed
from vidra.kube.discovery import Kind

CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}}}
data: {{colour: {colour}}}
"""
OWN = "vidra-system"
ARTIFACT = "/api/artifact/"
SECRETS = Kind("v1", "Secret", "secrets", namespaced=True)
CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)


async def test_a_large_text_is_cut_into_several_secrets_and_applied_whole(scene: Scene) -> None:
    noise = base64.b64encode(random.Random(1).randbytes(400_000)).decode()
    manifest = "---".join(CONFIG.format(name=f"large-{number}", colour=noise) for number in range(5))
    artifact = scene.infrahub.add_artifact("Colours", CONFIG.format(name="small", colour="red") + "---" + manifest)
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    chunks = await _stored(scene, f"{name}-{artifact}")
    assert len(chunks) >= 3
    assert all(chunk["immutable"] for chunk in chunks)
    for number in range(5):
        found = await scene.get(CONFIG_MAPS, f"large-{number}", namespace=scene.namespace)
        assert found is not None
        assert found["data"]["colour"] == noise

    scene.infrahub.change(artifact, CONFIG.format(name="small", colour="red"))
    await ask(scene, name)
    assert len(await _stored(scene, f"{name}-{artifact}")) == 1
    await scene.until_sync(name)
    await scene.until_gone(CONFIG_MAPS, "large-0", namespace=scene.namespace)


async def test_an_update_leaves_only_the_new_text(scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Colours", CONFIG.format(name="colour", colour="red"))
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    (before,) = await _stored(scene, f"{name}-{artifact}")
    scene.infrahub.change(artifact, CONFIG.format(name="colour", colour="blue"))
    await ask(scene, name)
    (after,) = await _stored(scene, f"{name}-{artifact}")
    assert after["metadata"]["name"] != before["metadata"]["name"]
    await scene.until_sync(name)


async def test_no_manifest_stands_in_a_vidraresource_of_a_sync(scene: Scene) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: hidden}\nstringData: {key: battery-staple}\n"
    artifact = scene.infrahub.add_artifact("Hidden", secret)
    name = await scene.sync("Hidden")
    await scene.until_sync(name)
    resource = await scene.until_resource(f"{name}-{artifact}")
    assert "battery-staple" not in str(resource)
    assert "battery-staple" not in str(await scene.events_about(f"{name}-{artifact}"))


async def test_stored_texts_go_with_their_sync(scene: Scene) -> None:
    artifacts = [
        scene.infrahub.add_artifact("Colours", CONFIG.format(name=f"colour-{number}", colour="red"))
        for number in range(3)
    ]
    name = await scene.sync("Colours")
    await scene.until_sync(name)
    await scene.delete(SYNCS, name)
    await scene.until_gone(SYNCS, name)
    for number, artifact in enumerate(artifacts):
        assert await scene.get(RESOURCES, f"{name}-{artifact}") is None
        assert await _stored(scene, f"{name}-{artifact}") == []
        assert await scene.get(CONFIG_MAPS, f"colour-{number}", namespace=scene.namespace) is None


@pytest.mark.usefixtures("only_events")
async def test_a_deleted_text_is_fetched_again_before_it_is_needed(scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Colours", CONFIG.format(name="colour", colour="red"))
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    (lost,) = await _stored(scene, f"{name}-{artifact}")
    before = await scene.until_resource(f"{name}-{artifact}")
    await scene.delete(SECRETS, lost["metadata"]["name"], namespace=OWN)
    await scene.until(SECRETS, lost["metadata"]["name"], lambda _: True, namespace=OWN)
    (found,) = await _stored(scene, f"{name}-{artifact}")
    assert found["data"] == lost["data"]
    assert scene.infrahub.requests.count(ARTIFACT) == 2
    assert await scene.until_resource(f"{name}-{artifact}") == before
    await ask(scene, name)
    assert scene.infrahub.requests.count(ARTIFACT) == 2


@pytest.mark.occasional
async def test_a_text_that_is_lost_while_infrahub_is_away_is_fetched_when_it_is_back(
    own_scene: Scene, own_operator: Operating
) -> None:
    scene = own_scene
    artifact = scene.infrahub.add_artifact("Colours", CONFIG.format(name="colour", colour="red"))
    name = await scene.sync("Colours", interval="1s", destination={"reconcileOnEvents": True})
    await scene.until_sync(name)
    (lost,) = await _stored(scene, f"{name}-{artifact}")
    await own_operator.stop()  # and with it, its memory
    await scene.infrahub.stop()
    await scene.delete(SECRETS, lost["metadata"]["name"], namespace=OWN)
    await scene.patch(CONFIG_MAPS, "colour", {"data": {"colour": "drifted"}}, namespace=scene.namespace)
    await own_operator.start()
    resource = await scene.until_resource(f"{name}-{artifact}", has_reason("ContentMissing"))
    assert resource["status"]["DeployState"] == "Failed"
    assert len(resource["status"]["managedResources"]) == 1
    await scene.until_sync(name, has_reason("InfrahubUnreachable"))
    await scene.infrahub.start()
    await scene.until_resource(f"{name}-{artifact}")
    await scene.until_sync(name)
    found = await scene.get(CONFIG_MAPS, "colour", namespace=scene.namespace)
    assert found is not None
    assert found["data"] == {"colour": "red"}
    assert scene.infrahub.requests.count(ARTIFACT) == 2


async def test_objects_are_healed_from_stored_texts_while_infrahub_is_away(
    own_scene: Scene, own_operator: Operating
) -> None:
    scene = own_scene
    scene.infrahub.add_artifact("Colours", CONFIG.format(name="colour", colour="red"))
    name = await scene.sync("Colours", interval="1s", destination={"reconcileOnEvents": True})
    await scene.until_sync(name)
    await own_operator.stop()
    await scene.infrahub.stop()
    await own_operator.start()
    await scene.until_sync(name, has_reason("InfrahubUnreachable"))
    await scene.delete(CONFIG_MAPS, "colour", namespace=scene.namespace)
    found = await scene.until(CONFIG_MAPS, "colour", lambda _: True, namespace=scene.namespace)
    assert found["data"] == {"colour": "red"}


async def test_a_damaged_text_is_fetched_again(own_scene: Scene, own_operator: Operating) -> None:
    scene = own_scene
    artifact = scene.infrahub.add_artifact("Colours", CONFIG.format(name="colour", colour="red"))
    name = await scene.sync("Colours", interval="1h", destination={"reconcileOnEvents": True})
    await scene.until_sync(name)
    (lost,) = await _stored(scene, f"{name}-{artifact}")
    await own_operator.stop()
    metadata = {key: lost["metadata"][key] for key in ("name", "namespace", "labels")}
    await scene.delete(SECRETS, lost["metadata"]["name"], namespace=OWN)
    await scene.apply({**lost, "metadata": metadata, "data": {"content": base64.b64encode(b"no gzip").decode()}})
    await scene.delete(CONFIG_MAPS, "colour", namespace=scene.namespace)
    await own_operator.start()
    await scene.until(CONFIG_MAPS, "colour", lambda _: True, namespace=scene.namespace)
    await scene.until_sync(name)
    (found,) = await _stored(scene, f"{name}-{artifact}")
    assert found["data"] == lost["data"]


async def test_a_text_that_nothing_refers_to_goes_at_the_next_start(own_scene: Scene, own_operator: Operating) -> None:
    stray = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "vidra-stray-0", "namespace": OWN, "labels": {RESOURCE_LABEL: "nobody"}},
    }
    await own_operator.stop()
    await own_scene.apply(stray)
    await own_operator.start()
    await own_scene.until_gone(SECRETS, "vidra-stray-0", namespace=OWN)


async def _stored(scene: Scene, resource: str) -> list[Json]:
    """The Secrets that hold the text of a VidraResource."""
    query = {"labelSelector": f"{RESOURCE_LABEL}={hashed(resource)}"}
    listing: Json = await scene.client.get(SECRETS.path(OWN), Json, query=query)
    return [{"apiVersion": "v1", "kind": "Secret", **item} for item in listing["items"]]
