"""`vidra infrahubsync` makes, shows and ends syncs."""

from pathlib import Path

import pytest
import yaml

from testkit.command import Vidra
from testkit.environment import SYNCS, Scene
from testkit.objects import config_map
from vidra.manifests.write import write


async def test_a_sync_from_options_works(vidra: Vidra, scene: Scene) -> None:
    scene.infrahub.add_artifact("Web", write([config_map("one", colour="red")]))
    to = ("--to-namespace", scene.namespace, "--reconcile-on-events", "--interval", "1h")
    command = ("infrahubsync", "apply", scene.namespace, "--url", scene.infrahub.url, "--artifact", "Web", *to)
    assert (await vidra(*command)).out == f"infrahubsync/{scene.namespace} applied\n"
    sync = await scene.until_sync(scene.namespace)
    assert sync["spec"]["destination"] == {"namespace": scene.namespace, "reconcileOnEvents": True}
    assert (await vidra("infrahubsync", "get", scene.namespace)).out.splitlines()[1].split()[1] == "True"
    assert scene.namespace in (await vidra("infrahubsync", "list", "-o", "name")).out
    # The same once more without the interval: it goes.
    await vidra(*command[:-2])
    live = await scene.get(SYNCS, scene.namespace)
    assert live is not None
    assert "interval" not in live["spec"]


async def test_syncs_from_a_file_even_an_exported_one(vidra: Vidra, scene: Scene, tmp_path: Path) -> None:
    scene.infrahub.add_artifact("Web", write([config_map("one", colour="red")]))
    name = await scene.sync("Web")
    await scene.until_sync(name)
    shown = yaml.safe_load((await vidra("infrahubsync", "get", name, "-o", "yaml")).out)
    shown["metadata"]["name"] = f"{scene.namespace}-copy"
    shown["metadata"].pop("finalizers")
    (tmp_path / "sync.yaml").write_text(yaml.safe_dump(shown))
    ended = await vidra("infrahubsync", "apply", "-f", str(tmp_path / "sync.yaml"))
    assert ended.code == 0, ended.err
    await scene.until_sync(f"{scene.namespace}-copy")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (write([config_map("one", colour="red")]), "only InfrahubSyncs"),
        ("a: [\n", "is not valid YAML"),
        ("", "holds no InfrahubSync"),
    ],
)
async def test_a_file_with_anything_else_is_refused(vidra: Vidra, text: str, says: str) -> None:
    ended = await vidra("infrahubsync", "apply", "-f", "-", stdin=text)
    assert (ended.code, ended.out) == (1, "")
    assert says in ended.err


async def test_what_the_definition_refuses_is_the_servers_own_word(vidra: Vidra) -> None:
    ended = await vidra("infrahubsync", "apply", "bad", "--url", "no-url", "--artifact", "Web")
    assert ended.code == 1
    assert "infrahubAPIURL" in ended.err
    assert (await vidra("infrahubsync", "apply", "bad")).code == 2


async def test_deleting_says_what_goes_where_and_asks(vidra: Vidra, scene: Scene) -> None:
    scene.infrahub.add_artifact("Web", write([config_map("one", colour="red"), config_map("two", colour="red")]))
    name = await scene.sync("Web")
    await scene.until_sync(name)
    refused = await vidra("infrahubsync", "delete", name, stdin="n\n")
    assert refused.code == 1
    assert "2 objects are deleted in the cluster that Vidra runs in, unless owned by others too" in refused.err
    assert await scene.get(SYNCS, name) is not None
    ended = await vidra("infrahubsync", "delete", name, "--yes", "--wait")
    assert (ended.code, ended.out) == (0, f"infrahubsync/{name} deleted\n")
    configs = await scene.kind("v1", "ConfigMap")
    assert await scene.get(configs, "one", namespace=scene.namespace) is None


async def test_the_objects_can_stay(vidra: Vidra, scene: Scene) -> None:
    scene.infrahub.add_artifact("Web", write([config_map("one", colour="red")]))
    name = await scene.sync("Web")
    await scene.until_sync(name)
    ended = await vidra("infrahubsync", "delete", name, "--keep-objects", "--yes", "--wait")
    assert ended.code == 0, ended.err
    assert "1 object stays in the cluster that Vidra runs in" in ended.err
    configs = await scene.kind("v1", "ConfigMap")
    left = await scene.get(configs, "one", namespace=scene.namespace)
    assert left is not None
    assert "labels" not in left["metadata"]
