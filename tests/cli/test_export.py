"""`vidra export` writes what a person set up, for another cluster."""

import yaml

from testkit.command import Vidra
from testkit.controlplane import ControlPlane
from testkit.environment import OWN, Scene, connection_to
from testkit.infrahub import StandIn
from testkit.objects import config_map, secret
from vidra.kube.client import Client
from vidra.manifests.write import write


async def test_what_is_exported_can_be_applied_and_holds_no_secret(vidra: Vidra, scene: Scene) -> None:
    scene.infrahub.add_artifact("Web", write([config_map("one", colour="red")]))
    sync = await scene.sync("Web")
    await scene.until_sync(sync)
    plain = await scene.resource(write([config_map("two", colour="red")]), name=f"{scene.namespace}-plain")
    hiding = await scene.resource(write([secret("login", password="hunter2")]), name=f"{scene.namespace}-hiding")
    await scene.until_resource(plain)
    await scene.until_resource(hiding)
    ended = await vidra("export", "--suspended")
    assert (ended.code, ended.err) == (0, "")
    assert "hunter2" not in ended.out
    assert "correct-horse" not in ended.out
    assert f"# not exported: Secret {OWN}/" in ended.out
    assert f"# left out, because its manifest holds a Secret: VidraResource {hiding}" in ended.out
    items = {item["metadata"]["name"]: item for item in yaml.safe_load_all(ended.out)}
    assert {sync, plain} <= set(items)
    assert hiding not in items
    assert not [name for name in items if name.startswith(f"{sync}-")], "what a sync makes is made anew"
    assert set(items[sync]) == {"apiVersion", "kind", "metadata", "spec"}
    assert items[sync]["metadata"] == {"name": sync}
    assert items[sync]["spec"]["suspend"] is True
    applied = await scene.plane.kubectl("apply", "--dry-run=server", "-f", "-", stdin=ended.out, check=False)
    assert applied.returncode == 0, applied.stderr


async def test_settings_are_exported(bare: Vidra, own_plane: ControlPlane) -> None:
    client = Client(connection_to(own_plane))
    async with StandIn() as nobody:
        scene = Scene(own_plane, client, nobody, "exported")
        await scene.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "exported"}})
    assert (await bare("config", "apply", "--query-name", "Mine", "-n", "exported")).code == 0
    ended = await bare("export")
    assert [item["data"] for item in yaml.safe_load_all(ended.out) if item["kind"] == "ConfigMap"] == [
        {"queryName": "Mine"}
    ]
    await own_plane.kubectl("delete", "configmap", "--all", "-n", "exported")
    await client.close()
