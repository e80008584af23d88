"""`vidra trace` leads from a live object back to the data in Infrahub."""

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec

from testkit.command import Vidra
from testkit.environment import Json, Scene
from testkit.infrahub import Answered
from testkit.objects import config_map
from vidra.manifests.write import write


async def test_it_names_resource_sync_branch_artifact_and_checksum(vidra: Vidra, scene: Scene) -> None:
    text = write([config_map("one", colour="red")])
    artifact = scene.infrahub.add_artifact("Web", text)
    sync = await scene.sync("Web")
    await scene.until_sync(sync)
    ended = await vidra("trace", "cm/one", "-n", scene.namespace, "-o", "json")
    assert ended.code == 0, ended.err
    found: Json = msgspec.json.decode(ended.out)
    (origin,) = found["origins"]
    checksum = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    assert origin["sync"] == sync
    assert origin["resource"] == f"{sync}-{artifact}"
    assert (origin["branch"], origin["artifact"], origin["artifactId"]) == ("main", "Web", artifact)
    assert origin["checksum"] == origin["appliedChecksum"] == checksum
    assert origin["infrahub"] == scene.infrahub.url
    assert origin["page"] == f"{scene.infrahub.url}/objects/CoreArtifact/{artifact}?branch=main"
    assert "generated" not in origin


async def test_it_tells_whose_deed_the_text_is_and_after_which_merge(vidra: Vidra, scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Web", write([config_map("one", colour="red")]))
    await scene.until_sync(await scene.sync("Web"))
    long_ago = datetime.now(UTC) - timedelta(days=1)
    scene.infrahub.log_merged("older", "bob", since=long_ago)
    scene.infrahub.log_generated(artifact, "anna", since=long_ago + timedelta(hours=2))
    ended = await vidra("trace", "cm/one", "-n", scene.namespace)
    assert "  Generated:     20" in ended.out
    assert " by anna\n" in ended.out
    assert "After merge" not in ended.out  # it was too long before
    scene.infrahub.log_merged("more-replicas", "bob", proposed_change="17c0")
    scene.infrahub.log_generated(artifact, "bob")
    ended = await vidra("trace", "cm/one", "-n", scene.namespace)
    assert "  After merge:   branch more-replicas at 20" in ended.out
    assert "Z by bob, proposed change 17c0\n" in ended.out
    # What was done since does not count for the text that is applied: a sync at a pause has an older one.
    scene.infrahub.log_merged("elsewhere", "carol", since=datetime.now(UTC) + timedelta(seconds=1))
    assert "carol" not in (await vidra("trace", "cm/one", "-n", scene.namespace)).out
    scene.infrahub.faults.add(Answered(500), "/graphql*")
    ended = await vidra("trace", "cm/one", "-n", scene.namespace)
    assert (ended.code, "Generated" in ended.out) == (0, False)


async def test_all_owners_and_others_with_fields_of_it_are_named(vidra: Vidra, scene: Scene) -> None:
    names = [await scene.resource(write([config_map("shared", colour="red")])) for _ in range(2)]
    for name in names:
        await scene.until_resource(name)
    await scene.apply(config_map("shared", scene.namespace, size="large"), manager="a-stranger")
    ended = await vidra("trace", "configmap/shared", "-n", scene.namespace)
    assert ended.code == 0
    assert all(f"VidraResource: {name}" in ended.out for name in names)
    assert "created by hand, not by a sync" in ended.out
    assert "a-stranger Apply" in ended.out


async def test_an_object_of_nobody_says_so(vidra: Vidra, scene: Scene) -> None:
    await scene.apply(config_map("somebodys", scene.namespace))
    ended = await vidra("trace", "ConfigMap/somebodys", "-n", scene.namespace)
    assert ended.code == 1
    assert "no VidraResource has it" in ended.out


async def test_what_is_not_there_is_one_sentence(vidra: Vidra, scene: Scene) -> None:
    missing = await vidra("trace", "cm/nosuch", "-n", scene.namespace)
    assert missing.code == 1
    assert missing.err.startswith(f"error: there is no ConfigMap nosuch in the namespace {scene.namespace}")
    unknown = await vidra("trace", "unheardof/nosuch")
    assert unknown.err == "error: the cluster serves no kind 'unheardof'\n"
    assert (await vidra("trace", "nosuch")).code == 2


async def test_the_form_of_kubectl_works_and_the_namespace_is_found(vidra: Vidra, scene: Scene) -> None:
    name = await scene.resource(write([config_map("found-anywhere")]))
    await scene.until_resource(name)
    for words in (("cm", "found-anywhere"), ("cm/found-anywhere",), ("cm", "found-anywhere", "-A")):
        ended = await vidra("trace", *words, "-o", "name")
        assert (ended.code, ended.out) == (0, f"vidraresource/{name}\n"), ended.err
    mistyped = await vidra("trace", "cm", "found-anywhre")
    assert mistyped.err.endswith('; did you mean "found-anywhere"?\n')
