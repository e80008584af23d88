"""What is no longer listed goes; what may only seem so stays."""

from testkit.environment import RESOURCES, Json, Scene, condition, has_reason
from testkit.infrahub import Answered
from testkit.trigger import ask, said

CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}}}
data: {{colour: {colour}}}
"""


async def test_an_artifact_that_is_removed_takes_its_objects_and_stored_texts_along(scene: Scene) -> None:
    stays, goes = _artifact(scene, "stays"), _artifact(scene, "goes")
    name = await scene.sync("Colours", interval="1s")
    await scene.until_sync(name)
    secrets = await _secrets(scene, f"{name}-{goes}")
    assert len(secrets) == 1
    scene.infrahub.remove(goes)
    await ask(scene, name)
    await scene.until_gone(RESOURCES, f"{name}-{goes}")
    assert await _object(scene, "goes") is None
    for secret in secrets:
        await scene.until_gone(await scene.kind("v1", "Secret"), secret, namespace="vidra-system")
    sync = await scene.until_sync(name, lambda item: bool(item["status"]["progress"] == "1/1"))
    assert sync["status"]["artifacts"] == 1
    assert await _object(scene, "stays") is not None
    assert len(await _secrets(scene, f"{name}-{stays}")) == 1
    event = await scene.until_event(name, "Pruned")
    assert event["message"].startswith("1 VidraResource removed")


async def test_a_name_that_matches_nothing_is_said_until_there_is_something(scene: Scene) -> None:
    name = await scene.sync("Colours", interval="1s")
    sync = await scene.until_sync(name, has_reason("EmptyResult"))
    assert 'lists no artifact "Colours" on the branch "main"' in sync["status"]["lastError"]
    assert sync["status"]["syncState"] == "Failed"
    _artifact(scene, "first")
    sync = await scene.until_sync(name)
    assert sync["status"].get("lastError", "") == ""


async def test_an_empty_list_prunes_nothing_until_it_is_allowed(scene: Scene) -> None:
    artifacts = [_artifact(scene, "one"), _artifact(scene, "two")]
    name = await scene.sync("Colours", interval="1s")
    await scene.until_sync(name)
    before = await _object(scene, "one")
    for artifact in artifacts:
        scene.infrahub.remove(artifact)
    sync = await ask(scene, name)
    assert condition(sync)["reason"] == "EmptyResult"
    assert "the 2 that were there stay, set allowEmpty if they should go" in condition(sync)["message"]
    sync = await ask(scene, name)
    assert sync["status"]["progress"] == "2/2"
    assert await _object(scene, "one") == before
    await scene.until_event(name, "EmptyResult")
    assert len(await said(scene, name, "EmptyResult")) == 1

    await scene.sync("Colours", name=name, interval="1s", allowEmpty=True)
    for artifact in artifacts:
        await scene.until_gone(RESOURCES, f"{name}-{artifact}")
    sync = await scene.until_sync(name, lambda item: bool(item["status"]["progress"] == "0/0"))
    assert await _object(scene, "one") is None
    assert (condition(sync)["reason"], sync["status"]["syncState"]) == ("Synced", "Succeeded")


async def test_an_empty_list_that_is_confirmed_is_taken_at_its_word(scene: Scene) -> None:
    """While there is a definition of artifacts of the name, an empty list is no misspelling; without, it may be one."""
    artifact = _artifact(scene, "one")
    name = await scene.sync("Colours", interval="1h", allowEmpty="Confirmed")
    await scene.until_sync(name)
    scene.infrahub.remove(artifact)
    scene.infrahub.remove_definition("Colours")
    sync = await ask(scene, name)
    assert condition(sync)["reason"] == "EmptyResult"
    scene.infrahub.faults.add(Answered(500), "/graphql/*")
    scene.infrahub.add_definition("Colours")
    sync = await ask(scene, name)
    assert condition(sync)["reason"] in {"NotInfrahub", "InfrahubError"}
    assert await _object(scene, "one")
    scene.infrahub.faults.clear()
    await ask(scene, name)
    await scene.until_gone(RESOURCES, f"{name}-{artifact}")
    await scene.until_sync(name)


async def test_an_empty_artifact_prunes_nothing_until_it_is_allowed(scene: Scene) -> None:
    artifact = _artifact(scene, "one")
    name = await scene.sync("Colours", interval="1s")
    await scene.until_sync(name)
    scene.infrahub.change(artifact, "# nothing here\n")
    await ask(scene, name)
    await scene.until_resource(f"{name}-{artifact}", has_reason("EmptyManifest"))
    sync = await scene.until_sync(name, lambda item: "(EmptyManifest)" in condition(item).get("message", ""))
    assert condition(sync)["reason"] == "ResourcesNotReady"
    assert sync["status"]["syncState"] == "Failed"
    assert await _object(scene, "one") is not None
    await scene.sync("Colours", name=name, interval="1s", allowEmpty=True)
    await scene.until_sync(name)
    assert await _object(scene, "one") is None


async def test_an_incomplete_list_prunes_nothing_and_what_it_holds_is_applied(scene: Scene) -> None:
    artifacts = sorted(_artifact(scene, colour) for colour in ("one", "two", "three"))
    name = await scene.sync("Colours", interval="1s")
    await scene.until_sync(name)
    scene.infrahub.partial("one could not be read")
    scene.infrahub.change(artifacts[0], CONFIG.format(name="changed", colour="green"))
    scene.infrahub.remove(artifacts[1])
    sync = await ask(scene, name)
    assert condition(sync)["reason"] == "PartialResult"
    assert "one could not be read" in condition(sync)["message"]
    assert "nothing is pruned" in condition(sync)["message"]
    assert sync["status"]["syncState"] == "Stale"
    await ask(scene, name)
    assert len(await scene.resources_of(name)) == 3

    scene.infrahub.whole()
    await ask(scene, name)
    await scene.until_gone(RESOURCES, f"{name}-{artifacts[1]}")
    await scene.until_sync(name)
    assert await _object(scene, "changed") is not None


async def test_a_list_that_holds_new_and_old_is_applied_although_it_is_incomplete(scene: Scene) -> None:
    first = _artifact(scene, "first")
    name = await scene.sync("Colours", interval="1s")
    await scene.until_sync(name)
    scene.infrahub.change(first, CONFIG.format(name="first", colour="green"))
    _artifact(scene, "last")
    scene.infrahub.partial()
    await ask(scene, name)
    await scene.until(
        await scene.kind("v1", "ConfigMap"),
        "first",
        lambda item: bool(item["data"] == {"colour": "green"}),
        namespace=scene.namespace,
    )
    await scene.until_sync(name, has_reason("PartialResult"))


def _artifact(scene: Scene, name: str) -> str:
    return scene.infrahub.add_artifact("Colours", CONFIG.format(name=name, colour="red"))


async def _object(scene: Scene, name: str) -> Json | None:
    return await scene.get(await scene.kind("v1", "ConfigMap"), name, namespace=scene.namespace)


async def _secrets(scene: Scene, resource: str) -> list[str]:
    """Names of the Secrets with the text of a VidraResource."""
    found = await scene.get(RESOURCES, resource)
    assert found is not None
    return list(found["spec"]["content"]["secrets"])
