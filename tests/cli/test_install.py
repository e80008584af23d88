"""`vidra install` and `vidra uninstall`: the whole life of Vidra in a cluster that never heard of it."""

import json
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
import yaml

from testkit.command import Vidra, vidra_with
from testkit.controlplane import ControlPlane
from testkit.environment import Scene, connection_to
from testkit.eventually import eventually
from testkit.infrahub import StandIn
from testkit.objects import config_map
from testkit.operating import Operating
from vidra.kube.client import Client
from vidra.manifests.write import write

NewControlPlane = Callable[..., Awaitable[ControlPlane]]
IMAGE = ("--image", "registry.example.com/vidra:1.0.0")


async def test_from_nothing_to_work_and_back_to_nothing(new_controlplane: NewControlPlane) -> None:
    plane = await new_controlplane(controllers=False)
    vidra = vidra_with(plane.kubeconfig)
    before = await vidra("get")
    assert before.err.startswith("error: this cluster does not know Vidra: install it (vidra install)")
    assert (await vidra("check")).code == 1
    await _installs(vidra, plane)
    client = Client(connection_to(plane))
    try:
        async with StandIn() as infrahub, Operating(plane):
            scene = Scene(plane, client, infrahub, "default")
            await _works(vidra, scene)
            await _goes_and_leaves_the_objects(vidra, scene)
    finally:
        await client.close()


async def _installs(vidra: Vidra, plane: ControlPlane) -> None:
    """Twice: the second time nothing is different, and settings that somebody changed stay."""
    first = await vidra("install", *IMAGE, "--grant", "edit", "--grant", "view")
    assert first.code == 0, first.err
    assert "deployment.apps/vidra applied" in first.out
    assert (await vidra("config", "apply", "--requeue-sync-after", "1h")).code == 0
    versions = await _versions(plane)
    again = await vidra("install", *IMAGE, "--grant", "edit", "--grant", "view")
    assert again.code == 0, again.err
    assert "settings: those that are there stay as they are" in again.out
    assert await _versions(plane) == versions
    # The rights that it bound are those that the operator needs.
    assert (await vidra("check", "rights", "--as-account", "vidra-system:vidra")).code == 0
    deployment = await plane.kubectl("get", "deployment", "vidra", "-n", "vidra-system", "-o", "yaml")
    (container,) = yaml.safe_load(deployment.stdout)["spec"]["template"]["spec"]["containers"]
    assert (container["image"], container["command"]) == (IMAGE[1], ["vidra", "operator", "--leader-elect"])


async def _works(vidra: Vidra, scene: Scene) -> None:
    more = ("--infrahub-url", scene.infrahub.url, "--infrahub-username", scene.infrahub.username)
    given = await vidra("install", *more, "--infrahub-password-file", "-", stdin=scene.infrahub.password)
    assert given.code == 0, given.err
    scene.infrahub.add_artifact("Web", write([config_map("stays", colour="red")]))
    sync = await scene.sync("Web")
    await scene.until_sync(sync)


async def _goes_and_leaves_the_objects(vidra: Vidra, scene: Scene) -> None:
    refused = await vidra("uninstall", "--yes")
    assert refused.code == 2
    assert "there are 1 sync and 1 VidraResource; choose what becomes of their objects: --objects keep" in refused.err
    ended = await vidra("uninstall", "--objects", "keep", "--yes")
    assert ended.code == 0, ended.err
    assert "1 object stays in the cluster that Vidra runs in" in ended.err
    left = await scene.get(await scene.kind("v1", "ConfigMap"), "stays", namespace="default")
    assert left is not None
    assert left["data"] == {"colour": "red"}
    assert "labels" not in left["metadata"]
    await eventually(partial(_knows_nothing_of_it, scene.plane))  # a definition goes when its last resource has gone
    there = await scene.plane.kubectl("get", "all,configmap", "-n", "vidra-system", "-o", "name")
    assert "vidra" not in there.stdout
    assert (await scene.plane.kubectl("get", "namespace", "vidra-system")).returncode == 0


async def _knows_nothing_of_it(plane: ControlPlane) -> bool:
    names = await plane.kubectl("get", "clusterrole,clusterrolebinding,role,rolebinding,crd", "-A", "-o", "name")
    return names.returncode == 0 and "vidra" not in names.stdout


async def _versions(plane: ControlPlane) -> list[tuple[str, str, str]]:
    kinds = "crd,clusterrole,clusterrolebinding,role,rolebinding,deployment,configmap,serviceaccount,namespace"
    found = await plane.kubectl("get", kinds, "-A", "-o", "json")
    items = [(item["kind"], item["metadata"]) for item in json.loads(found.stdout)["items"]]
    return [(kind, metadata["name"], metadata["resourceVersion"]) for kind, metadata in items]


@pytest.mark.parametrize("image", [(), IMAGE])
async def test_what_it_would_apply_can_be_had_as_yaml_without_a_cluster(image: tuple[str, ...]) -> None:
    ended = await vidra_with(None)("install", "--print", *image)
    assert ended.code == 0, ended.err
    kinds = [item["kind"] for item in yaml.load_all(ended.out, yaml.CSafeLoader)]
    assert kinds[:5] == [*["CustomResourceDefinition"] * 3, "Namespace", "ConfigMap"]
    assert ("Deployment" in kinds) is bool(image)
