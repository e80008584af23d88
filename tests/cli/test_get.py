"""`vidra get` shows syncs and VidraResources at once."""

import msgspec
import yaml

from testkit.command import Vidra, vidra_with
from testkit.environment import Json, Scene
from testkit.objects import config_map, secret
from vidra.manifests.write import write


async def synced(scene: Scene) -> str:
    scene.infrahub.add_artifact("Web", write([config_map("one", colour="red")]))
    sync = await scene.sync("Web")
    await scene.until_sync(sync)
    return sync


async def test_the_columns_are_those_of_kubectl(vidra: Vidra, scene: Scene) -> None:
    sync = await synced(scene)
    ours = (await vidra("get", sync)).out.splitlines()
    theirs = (await scene.plane.kubectl("get", "infrahubsync", sync)).stdout.splitlines()
    assert ours[0].split() == theirs[0].split()
    assert ours[1].split()[:4] == theirs[1].split()[:4] == [sync, "True", "1/1", "Current"]
    wide = (await vidra("get", sync, "-o", "wide")).out.splitlines()[0].split()
    assert {"BRANCH", "INFRAHUB", "REASON"} <= set(wide)


async def test_both_kinds_are_shown_unless_one_is_chosen(vidra: Vidra, scene: Scene) -> None:
    sync = await synced(scene)
    (resource,) = [item["metadata"]["name"] for item in await scene.resources_of(sync)]
    names = (await vidra("get", "-o", "name")).out.splitlines()
    ours = {f"infrahubsync.infrahub.operators.com/{sync}", f"vidraresource.infrahub.operators.com/{resource}"}
    assert ours <= set(names)
    only = (await vidra("get", "--syncs", "-o", "name")).out
    assert "vidraresource" not in only


async def test_one_name_gives_one_object_and_several_a_list(vidra: Vidra, scene: Scene) -> None:
    sync = await synced(scene)
    one: Json = msgspec.json.decode((await vidra("get", sync, "-o", "json")).out)
    assert (one["kind"], one["metadata"]["name"]) == ("InfrahubSync", sync)
    assert "managedFields" not in one["metadata"]
    (resource,) = [item["metadata"]["name"] for item in await scene.resources_of(sync)]
    both = yaml.safe_load((await vidra("get", sync, f"vres/{resource}", "-o", "yaml")).out)
    assert [item["kind"] for item in both["items"]] == ["InfrahubSync", "VidraResource"]


async def test_secrets_in_a_manifest_are_masked_in_every_form(vidra: Vidra, scene: Scene) -> None:
    name = await scene.resource(write([secret("login", password="hunter2"), config_map("one", colour="red")]))
    await scene.until_resource(name)
    for form in ("json", "wide", "table", "name", "yaml"):
        ended = await vidra("get", name, "-o", form)
        assert ended.code == 0
        assert "hunter2" not in ended.out
    assert "colour: red" in (await vidra("get", name, "-o", "yaml")).out


async def test_a_name_that_is_not_there_is_one_sentence(vidra: Vidra, scene: Scene) -> None:
    sync = await synced(scene)
    ended = await vidra("get", sync, "nosuch")
    assert ended.code == 1
    assert sync in ended.out
    assert ended.err == "error: there is no InfrahubSync, VidraSync or VidraResource 'nosuch' (vidra get lists them)\n"


async def test_without_a_cluster_it_says_what_to_set() -> None:
    ended = await vidra_with(None)("get")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("error: there is no kubeconfig: set KUBECONFIG")
    assert ended.err.count("\n") == 1
