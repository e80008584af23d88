"""`vidra cluster` gives Vidra a cluster, reduced to what it accepts."""

import base64
import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml

from testkit.command import Vidra, vidra_with
from testkit.controlplane import ControlPlane
from testkit.environment import OWN, Scene, connection_to
from testkit.objects import config_map
from vidra.kube.client import Client
from vidra.kube.types import Secret
from vidra.manifests.write import write

Json = dict[str, Any]

_numbers = itertools.count(1)


@pytest.fixture
async def place(own_plane: ControlPlane) -> str:
    """A namespace for Secrets."""
    name = f"clusters-{next(_numbers)}"
    await own_plane.request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    return name


async def kubeconfig_in(plane: ControlPlane, place: str, name: str) -> Json:
    client = Client(connection_to(plane))
    try:
        found = await client.get(f"/api/v1/namespaces/{place}/secrets/{name}", Secret)
    finally:
        await client.close()
    result: Json = yaml.safe_load(found.value("kubeconfig"))
    return result


def mine(tmp_path: Path, plane: ControlPlane, user: Json, **cluster: Any) -> Path:
    """A kubeconfig of a person with two clusters: Vidra's, and the one to add."""
    body: Json = yaml.safe_load(plane.kubeconfig.read_text())
    body["clusters"].append({"name": "edge", "cluster": {"server": "https://edge-1.example.com:6443"} | cluster})
    body["users"].append({"name": "edge", "user": user})
    body["contexts"].append({"name": "edge", "context": {"cluster": "edge", "user": "edge"}})
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(body))
    return file


async def test_files_are_put_in_and_everything_else_stays_out(
    own_plane: ControlPlane, place: str, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text(own_plane.ca.decode())
    (tmp_path / "token").write_text("hunter2\n")
    file = mine(tmp_path, own_plane, {"tokenFile": "token"}, **{"certificate-authority": "ca.pem"})
    ended = await vidra_with(file)("cluster", "apply", "edge", "-n", place)
    assert ended.code == 0, ended.err
    assert "hunter2" not in ended.out + ended.err
    assert "server: https://edge-1.example.com:6443" in ended.out
    kept = await kubeconfig_in(own_plane, place, "cluster-edge")
    assert set(kept["clusters"][0]["cluster"]) == {"server", "certificate-authority-data"}
    assert kept["users"][0]["user"] == {"token": "hunter2"}
    assert [item["name"] for item in kept["contexts"]] == ["edge"]


async def test_a_plugin_is_refused_with_the_way_out_and_the_way_out_works(
    own_plane: ControlPlane, place: str, tmp_path: Path
) -> None:
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "aws"}}
    vidra = vidra_with(mine(tmp_path, own_plane, user))
    refused = await vidra("cluster", "apply", "edge", "-n", place)
    assert (refused.code, refused.out) == (1, "")
    assert "logs in with a plugin (exec), which Vidra does not run" in refused.err
    assert "vidra cluster apply edge --token-file -" in refused.err
    ended = await vidra("cluster", "apply", "edge", "--token-file", "-", "-n", place, stdin="hunter2\n")
    assert ended.code == 0, ended.err
    assert (await kubeconfig_in(own_plane, place, "cluster-edge"))["users"][0]["user"] == {"token": "hunter2"}


@pytest.mark.parametrize(
    ("user", "cluster", "says"),
    [
        ({"token": "t"}, {"insecure-skip-tls-verify": True}, "insecure-skip-tls-verify"),
        ({"token": "t"}, {"server": "http://edge-1.example.com"}, "a server that is not https"),
        ({}, {}, "has no credentials"),
        ({"token": "t"}, {"certificate-authority": "nosuch"}, "cannot read"),
    ],
)
async def test_what_vidra_would_refuse_later_is_refused_now(
    own_plane: ControlPlane, tmp_path: Path, user: Json, cluster: Json, says: str
) -> None:
    ended = await vidra_with(mine(tmp_path, own_plane, user, **cluster))("cluster", "apply", "edge", "-n", "default")
    assert (ended.code, ended.out) == (1, "")
    assert says in ended.err
    assert ended.err.count("\n") == 1


async def test_no_form_of_output_tells_a_credential(own_plane: ControlPlane, place: str, tmp_path: Path) -> None:
    vidra = vidra_with(mine(tmp_path, own_plane, {"token": "hunter2"}))
    await vidra("cluster", "apply", "edge", "-n", place)
    for form in ("table", "wide", "json", "yaml", "name"):
        for command in (("list",), ("get", f"{place}/cluster-edge")):
            ended = await vidra("cluster", *command, "-o", form)
            assert ended.code == 0, ended.err
            assert "cluster-edge" in ended.out
            assert "hunter2" not in ended.out
            assert "aHVudGVyMg" not in ended.out
    assert "https://edge-1.example.com:6443" in (await vidra("cluster", "list")).out


async def test_deleting_says_what_stays_in_the_cluster(own_plane: ControlPlane, place: str, tmp_path: Path) -> None:
    vidra = vidra_with(mine(tmp_path, own_plane, {"token": "t"}))
    await vidra("cluster", "apply", "edge", "-n", place)
    refused = await vidra("cluster", "delete", f"{place}/cluster-edge")
    assert refused.code == 2
    assert "Vidra has no objects in this cluster" in refused.err
    assert "add --yes" in refused.err
    assert (await vidra("cluster", "delete", f"{place}/cluster-edge", "--yes")).code == 0
    assert (await vidra("cluster", "get", f"{place}/cluster-edge")).code == 1


async def test_the_operator_applies_in_a_cluster_that_was_given_so(vidra: Vidra, scene: Scene) -> None:
    """The shared control plane under its own address, as if it were another one."""
    applied = await vidra("cluster", "apply", "vidra", "--name", "edge")
    assert applied.code == 0, applied.err
    server = scene.plane.server
    name = await scene.resource(write([config_map("remote", colour="red")]), destination={"server": server})
    await scene.until_resource(name)
    assert "[" not in (await vidra("tree", name)).out
    assert f"remote (v1) on {server}  ok" in (await vidra("tree", name)).out
    traced = await vidra("trace", "cm/remote", "-n", scene.namespace, "--server", server)
    assert traced.code == 0, traced.err
    assert (await vidra("diff", name)).code == 0
    told = await vidra("cluster", "delete", f"{OWN}/edge")
    assert "Vidra has 1 objects in this cluster" in told.err
    await scene.delete(await scene.kind("infrahub.operators.com/v1alpha1", "VidraResource"), name)
    await scene.until_gone(await scene.kind("infrahub.operators.com/v1alpha1", "VidraResource"), name)
    assert (await vidra("cluster", "delete", f"{OWN}/edge", "--yes")).code == 0


LONG = "https://0123456789abcdef0123456789abcdef.gr7.eu-central-1.clusters.example.com"


@pytest.mark.parametrize(
    ("server", "host"),
    [("https://[2001:db8::10]:6443", "2001:db8::10"), (LONG, LONG.removeprefix("https://"))],
    ids=["IPv6", "long"],
)
async def test_a_host_that_no_label_can_hold_goes_into_an_annotation(
    own_plane: ControlPlane, place: str, tmp_path: Path, server: str, host: str
) -> None:
    ca = base64.b64encode(own_plane.ca).decode()
    file = mine(tmp_path, own_plane, {"token": "hunter2"}, server=server, **{"certificate-authority-data": ca})
    ran = vidra_with(file)
    ended = await ran("cluster", "apply", "edge", "-n", place)
    assert ended.code == 0, ended.err
    assert server in ended.out
    assert host in (await ran("cluster", "list")).out
    assert server in (await ran("cluster", "get", host)).out
    assert (await ran("cluster", "delete", server, "--yes")).code == 0
