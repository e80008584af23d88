"""Objects go to other clusters, whose kubeconfigs are in Secrets; a cluster that fails stops only itself."""

import asyncio

import pytest

from testkit.environment import RESOURCES, Json, condition, has_reason, is_ready
from testkit.objects import config_map
from testkit.patience import HANG
from testkit.remote import BOX, Remote
from vidra.manifests.write import write

MANIFEST = BOX


async def test_objects_go_to_the_cluster_of_the_destination_and_are_pruned_and_removed_there(remote: Remote) -> None:
    await remote.credentials()
    name = await remote.resource(write([config_map("box", colour="red"), config_map("old")]))
    resource = await remote.home.until_resource(name)
    assert {entry["server"] for entry in resource["status"]["managedResources"]} == {remote.server}
    assert (await remote.box() or {}).get("data") == {"colour": "red"}
    configs = await remote.home.kind("v1", "ConfigMap")
    assert await remote.home.get(configs, "box", namespace=remote.home.namespace) is None
    await remote.resource(MANIFEST, name=name)
    await remote.home.until_resource(name)
    assert await remote.box("old") is None
    await remote.end(name)
    assert await remote.box() is None


async def test_drift_in_another_cluster_is_put_back_at_once(remote: Remote) -> None:
    await remote.credentials()
    name = await remote.home.resource(MANIFEST, destination={"server": remote.server, "reconcileOnEvents": True})
    await remote.home.until_resource(name)
    configs, place = await remote.scene.kind("v1", "ConfigMap"), remote.scene.namespace
    await remote.scene.patch(configs, "box", {"data": {"colour": "blue"}}, namespace=place)
    await remote.scene.until(configs, "box", lambda item: bool(item["data"] == {"colour": "red"}), namespace=place)
    await remote.end(name)


async def test_a_sync_reaches_another_cluster(remote: Remote) -> None:
    await remote.credentials()
    remote.home.infrahub.add_artifact("Colours", MANIFEST)
    sync = await remote.home.sync("Colours", destination={"server": remote.server})
    await remote.home.until_sync(sync)
    assert await remote.box()
    for item in await remote.home.resources_of(sync):
        assert condition(item)["reason"] == "Applied"
    await remote.home.plane.kubectl("delete", "infrahubsync", sync, f"--timeout={HANG:g}s")
    assert await remote.box() is None


async def test_moving_from_one_cluster_to_another_moves_the_objects(remote: Remote) -> None:
    await remote.credentials()
    name = await remote.resource()
    await remote.home.until_resource(name)
    await remote.home.resource(MANIFEST, name=name, destination={"server": "https://kubernetes.default.svc"})
    await remote.home.until_resource(name)
    assert await remote.box() is None
    configs = await remote.home.kind("v1", "ConfigMap")
    assert await remote.home.get(configs, "box", namespace=remote.home.namespace)


@pytest.mark.usefixtures("only_events")
async def test_without_a_secret_it_says_which_one_to_create_and_goes_on_when_it_is_there(remote: Remote) -> None:
    name = await remote.resource()
    resource = await remote.home.until_resource(name, has_reason("ClusterCredentialsMissing"))
    assert "cluster-kubeconfig=127.0.0.1" in condition(resource)["message"]
    await remote.credentials()
    await remote.home.until_resource(name)
    await remote.end(name)


async def test_a_secret_for_another_server_on_the_same_host_counts_for_nothing(remote: Remote) -> None:
    remote.config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    await remote.credentials("another")
    name = await remote.resource()
    resource = await remote.home.until_resource(name, has_reason("ClusterCredentialsMissing"))
    assert remote.server in condition(resource)["message"]


REFUSED: dict[str, tuple[str, Json]] = {
    "exec": ("user", {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "/bin/sh"}}),
    "auth-provider": ("user", {"auth-provider": {"name": "oidc"}}),
    "tokenFile": ("user", {"tokenFile": "/var/run/secrets/kubernetes.io/serviceaccount/token"}),
    "client-certificate": ("user", {"client-certificate": "/etc/passwd"}),
    "client-key": ("user", {"client-key": "/etc/shadow"}),
    "as": ("user", {"as": "system:admin"}),
    "certificate-authority": ("cluster", {"certificate-authority": "/etc/ssl/ca.pem"}),
    "insecure-skip-tls-verify": ("cluster", {"insecure-skip-tls-verify": True}),
    "proxy-url": ("cluster", {"proxy-url": "http://127.0.0.1:1"}),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_a_kubeconfig_that_asks_for_too_much_is_refused_by_name(remote: Remote, what: str) -> None:
    part, fields = REFUSED[what]
    remote.config[f"{part}s"][0][part].update(fields)
    await remote.credentials()
    resource = await remote.home.until_resource(await remote.resource(), has_reason("KubeconfigRefused"))
    assert what in condition(resource)["message"]
    assert condition(resource, "Stalled")["status"] == "True"
    assert remote.scene.plane.token not in str(resource)
    assert await remote.box() is None


async def test_a_refused_kubeconfig_is_named_even_beside_one_for_another_server(remote: Remote) -> None:
    remote.config["users"][0]["user"]["exec"] = {"command": "/bin/sh"}
    await remote.credentials("a")
    remote.config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    await remote.credentials("b")
    resource = await remote.home.until_resource(await remote.resource(), has_reason("KubeconfigRefused"))
    assert "exec" in condition(resource)["message"]


async def test_what_is_no_certificate_is_refused(remote: Remote) -> None:
    remote.config["clusters"][0]["cluster"]["certificate-authority-data"] = "bm90IFBFTQ=="
    await remote.credentials()
    await remote.home.until_resource(await remote.resource(), has_reason("KubeconfigRefused"))


@pytest.mark.usefixtures("only_events")
async def test_the_tls_server_name_is_what_is_verified(remote: Remote) -> None:
    remote.config["clusters"][0]["cluster"]["tls-server-name"] = "somebody-else.test"
    await remote.credentials()
    name = await remote.resource()
    await remote.home.until_resource(name, has_reason("ClusterUnreachable"))
    remote.config["clusters"][0]["cluster"]["tls-server-name"] = "kubernetes.default"
    await remote.credentials()
    await remote.home.until_resource(name)
    await remote.end(name)


@pytest.mark.usefixtures("only_events")
async def test_a_wrong_token_is_said_and_a_corrected_secret_is_taken_at_once(remote: Remote) -> None:
    token = remote.config["users"][0]["user"]["token"]
    remote.config["users"][0]["user"]["token"] = "wrong-hunter2"
    await remote.credentials()
    name = await remote.resource()
    resource = await remote.home.until_resource(name, has_reason("ClusterUnauthorized"))
    assert "hunter2" not in str(resource)
    remote.config["users"][0]["user"]["token"] = token
    await remote.credentials()
    await remote.home.until_resource(name)
    await remote.end(name)


async def test_a_cluster_that_is_away_is_said_while_others_go_on_and_taken_up_when_it_is_back(remote: Remote) -> None:
    await remote.credentials()
    name = await remote.resource(interval="1s")
    await remote.home.until_resource(name)
    await remote.scene.plane.stop_apiserver()
    try:
        resource = await remote.home.until_resource(name, has_reason("ClusterUnreachable"))
        assert [entry["name"] for entry in resource["status"]["managedResources"]] == ["box"]
        assert remote.server in condition(resource)["message"]
        local = await remote.home.resource(MANIFEST)
        await remote.home.until_resource(local)
    finally:
        await remote.scene.plane.start_apiserver()
    await remote.home.until_resource(name, is_ready)
    await remote.end(name)


async def test_the_end_of_a_vidraresource_waits_for_a_cluster_that_is_away(remote: Remote) -> None:
    await remote.credentials()
    name = await remote.resource()
    await remote.home.until_resource(name)
    await remote.scene.plane.stop_apiserver()
    try:
        await remote.home.delete(RESOURCES, name)
        resource = await remote.home.until_resource(
            name, lambda item: condition(item).get("reason") == "ClusterUnreachable"
        )
        assert [entry["name"] for entry in resource["status"]["managedResources"]] == ["box"]
    finally:
        await remote.scene.plane.start_apiserver()
    await remote.home.until_gone(RESOURCES, name)
    assert await remote.box() is None


async def test_the_end_of_a_vidraresource_says_when_it_is_not_let_in(remote: Remote) -> None:
    token = remote.config["users"][0]["user"]["token"]
    await remote.credentials()
    name = await remote.resource()
    await remote.home.until_resource(name)
    remote.config["users"][0]["user"]["token"] = "wrong"
    await remote.credentials()
    await remote.home.delete(RESOURCES, name)
    await remote.home.until_resource(name, lambda item: condition(item).get("reason") == "ClusterUnauthorized")
    assert await remote.box()
    remote.config["users"][0]["user"]["token"] = token
    await remote.credentials()
    await remote.home.until_gone(RESOURCES, name)
    assert await remote.box() is None


async def test_the_end_of_a_vidraresource_comes_at_its_time_out_when_the_clusters_secret_is_gone(
    remote: Remote,
) -> None:
    await remote.credentials()
    name = await remote.resource(deletionTimeout="2s")
    await remote.home.until_resource(name)
    await remote.forget()
    await remote.home.delete(RESOURCES, name)
    await remote.home.until_gone(RESOURCES, name)
    event = await remote.home.until_event(name, "LeftBehind")
    assert event["type"] == "Warning"
    assert f"box (v1) at {remote.server}" in event["message"]
    assert await remote.box()


@pytest.mark.occasional
async def test_the_end_of_a_vidraresource_comes_at_its_time_out_when_the_cluster_is_away(remote: Remote) -> None:
    await remote.credentials()
    name = await remote.resource(deletionTimeout="2s")
    await remote.home.until_resource(name)
    await remote.scene.plane.stop_apiserver()
    try:
        await remote.home.delete(RESOURCES, name)
        await remote.home.until_gone(RESOURCES, name)
    finally:
        await remote.scene.plane.start_apiserver()
    assert "box" in (await remote.home.until_event(name, "LeftBehind"))["message"]
    assert await remote.box()


async def test_a_cluster_that_never_answers_does_not_hold_up_the_others(remote: Remote) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # the greeting; and no answer to it
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        remote.server = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        remote.config["clusters"][0]["cluster"]["server"] = remote.server
        await remote.credentials()
        names = [await remote.resource(interval="1s") for _ in range(20)]
        for name in names:
            await remote.home.until_resource(name, has_reason("ClusterUnreachable"))
        for number in range(3):
            local = await remote.home.resource(write([config_map(f"local-{number}")]))
            await remote.home.until_resource(local)
