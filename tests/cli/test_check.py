"""`vidra check` goes through everything that Vidra needs, and says what to do about what is not there."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec
import pytest

from testkit.command import Vidra, vidra_with
from testkit.controlplane import ControlPlane
from testkit.environment import Json, Scene, connection_to
from testkit.infrahub import StandIn
from testkit.objects import config_map, secret
from vidra.api.names import CLUSTER_LABEL, INFRAHUB_LABEL
from vidra.api.times import micro_time
from vidra.kube.client import Client
from vidra.kube.lease import leases_path
from vidra.manifests.write import write


async def found(vidra: Vidra, *more: str) -> tuple[int, dict[str, tuple[str, str]]]:
    """The exit code, and result and message of each check."""
    ended = await vidra("check", "-o", "json", *more)
    rows = msgspec.json.decode(ended.out)
    return ended.code, {row["check"].partition(" ")[0]: (row["result"], row["message"]) for row in rows}


def _lease() -> Json:
    """What an operator writes that works alone."""
    now = micro_time(datetime.now(UTC))
    spec = {"holderIdentity": "host_1", "leaseDurationSeconds": 150, "acquireTime": now, "renewTime": now}
    metadata = {"name": "vidra-operator-alone", "namespace": "vidra-system"}
    return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}


@pytest.fixture
async def client(own_plane: ControlPlane) -> AsyncIterator[Client]:
    """An administrator's."""
    client = Client(connection_to(own_plane))
    yield client
    await client.close()


async def test_when_all_is_well_every_check_says_so(bare: Vidra, own_plane: ControlPlane, client: Client) -> None:
    async with StandIn() as infrahub:
        scene = Scene(own_plane, client, infrahub, "checked")
        await scene.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "checked"}})
        await scene.credentials()
        await client.send("DELETE", leases_path("vidra-system"))
        infrahub.add_artifact("Web", write([config_map("one")]))
        sync = await scene.sync("Web", name="checked")
        code, results = await found(bare)
        assert (code, results["operator"][0]) == (1, "problem")
        assert "no operator is at work in the namespace vidra-system" in results["operator"][1]
        assert "start one with `vidra operator`" in results["operator"][1]
        await scene.apply(_lease())
        code, results = await found(bare)
        assert {name: result for name, (result, _) in results.items()} == {
            "API": "ok",
            "CRDs": "ok",
            "operator": "ok",
            "rights": "ok",
            "settings": "ok",
            "infrahub": "ok",
        }
        assert code == 0
        assert "Kubernetes v1." in results["API"][1]
        assert "1 artifact; its stored query does not select status (to say" in results["infrahub"][1]
        assert f"vidra infrahub query apply {infrahub.url}" in results["infrahub"][1]
        assert (await bare("infrahub", "query", "apply", infrahub.url)).code == 0
        assert (await found(bare))[1]["infrahub"] == ("ok", "1 artifact")
        infrahub.remove_query("ArtifactIDs")
        code, results = await found(bare)
        assert (code, results["infrahub"][0]) == (1, "problem")
        assert "(QueryNotFound)" in results["infrahub"][1]
        await scene.plane.kubectl("delete", "infrahubsync", sync, "--wait=false")


async def test_a_destination_without_credentials_is_a_problem(
    bare: Vidra, own_plane: ControlPlane, client: Client
) -> None:
    async with StandIn() as infrahub:
        scene = Scene(own_plane, client, infrahub, "default")
        name = await scene.resource("", name="elsewhere", destination={"server": "https://nowhere.example.com"})
        code, results = await found(bare)
        assert (code, results["destination"][0]) == (1, "problem")
        assert "(ClusterCredentialsMissing)" in results["destination"][1]
        await scene.plane.kubectl("delete", "vidraresource", name)


async def test_what_is_labelled_where_it_does_not_count_is_named(
    bare: Vidra, own_plane: ControlPlane, client: Client
) -> None:
    async with StandIn() as nobody:
        scene = Scene(own_plane, client, nobody, "default")
        hub, cluster = secret("hub", "default", token="t"), secret("edge", "default", kubeconfig="x")
        hub["metadata"]["labels"], cluster["metadata"]["labels"] = {INFRAHUB_LABEL: "h"}, {CLUSTER_LABEL: "h"}
        settings = config_map("vidra-config", "default", queryName="Mine")
        settings["metadata"]["labels"] = {"app": "vidra"}
        for body in (hub, cluster, settings):
            await scene.apply(body)
    told = (await bare("check")).out
    assert "default/hub, default/edge" in told
    assert "settings count only in vidra-system, so these do not: default/vidra-config" in told
    assert "default/hub" not in (await bare("check", "--credentials-namespace", "default")).out


async def test_rights_that_an_account_lacks_are_named(bare: Vidra) -> None:
    code, results = await found(bare, "--as-account", "default:nobody")
    assert (code, results["rights"][0]) == (1, "problem")
    assert "watch secrets" in results["rights"][1]
    assert "patch vidraresources/status" in results["rights"][1]


async def test_a_cluster_that_does_not_answer_ends_it_there() -> None:
    kubeconfig = {
        "clusters": [{"name": "a", "cluster": {"server": "https://127.0.0.1:1"}}],
        "contexts": [{"name": "a", "context": {"cluster": "a"}}],
        "current-context": "a",
    }
    ended = await vidra_with(None)(
        "check", "--kubeconfig", "/dev/stdin", stdin=msgspec.json.encode(kubeconfig).decode()
    )
    assert ended.code == 1
    assert [line.partition(": ")[0].split() for line in ended.out.splitlines()] == [
        ["problem", "API", "server", "https://127.0.0.1:1"]
    ]
