"""A sync acts in its destination as a ServiceAccount of that cluster, with its rights and no others."""

import asyncio
from typing import Any

import pytest

from testkit.environment import Json, condition, has_reason
from testkit.objects import config_map, rights, secret
from testkit.patience import HANG
from testkit.remote import BOX, Remote
from vidra.manifests.write import write

AS_DEPLOYER: Json = {"serviceAccountName": "deployer"}


def role(namespace: str, *resources: str) -> list[Json]:
    """What lets the ServiceAccount `deployer` of a namespace do everything with some kinds, there."""
    return rights("deployer", namespace, {"apiGroups": [""], "resources": list(resources), "verbs": ["*"]})


@pytest.fixture
async def limited(remote: Remote) -> Remote:
    """A cluster where `deployer` of the test's namespace may have ConfigMaps in it."""
    await remote.credentials()
    for item in role(remote.scene.namespace, "configmaps"):
        await remote.scene.apply(item)
    return remote


def as_deployer(remote: Remote, **more: Any) -> Json:
    return {**AS_DEPLOYER, "serviceAccountNamespace": remote.scene.namespace, **more}


async def test_everything_that_is_sent_is_sent_as_the_serviceaccount(limited: Remote) -> None:
    mark = limited.scene.plane.audit.mark()
    name = await limited.resource(**as_deployer(limited))
    await limited.home.until_resource(name)
    await limited.resource(write([config_map("other")]), name=name, **as_deployer(limited))
    await limited.home.until_resource(name)
    await limited.end(name)
    mine = f"system:serviceaccount:{limited.scene.namespace}:deployer"
    sent = [entry for entry in await limited.scene.plane.audit.since(mark) if entry.user_agent.startswith("vidra/")]
    ours = [entry for entry in sent if entry.namespace == limited.scene.namespace]
    assert {entry.verb for entry in ours} >= {"patch", "delete"}
    assert {entry.acting_as for entry in ours} == {mine}


async def test_a_kind_that_is_forbidden_is_said_and_the_rest_goes_on(limited: Remote) -> None:
    both = write([config_map("box", colour="red"), secret("hidden", word="xyzzy")])
    name = await limited.resource(both, **as_deployer(limited))
    resource = await limited.home.until_resource(name, has_reason("Forbidden"))
    message = condition(resource)["message"]
    assert f"system:serviceaccount:{limited.scene.namespace}:deployer" in message
    assert "secrets" in message
    assert "xyzzy" not in str(resource["status"])
    assert await limited.box()
    for item in role(limited.scene.namespace, "configmaps", "secrets"):
        await limited.scene.apply(item)
    await limited.home.request(name, "now")
    await limited.home.until_resource(name)
    await limited.end(name)


async def test_one_that_does_not_exist_may_do_nothing(limited: Remote) -> None:
    name = await limited.resource(**as_deployer(limited, serviceAccountName="nobody"))
    resource = await limited.home.until_resource(name, has_reason("Forbidden"))
    assert ":nobody" in condition(resource)["message"]
    assert await limited.box() is None


async def test_a_sync_passes_it_on_and_its_removal_too(limited: Remote) -> None:
    limited.home.infrahub.add_artifact("Colours", BOX)
    sync = await limited.home.sync("Colours", destination={"server": limited.server}, **as_deployer(limited))
    await limited.home.until_sync(sync)
    (resource,) = await limited.home.resources_of(sync)
    assert resource["spec"]["serviceAccountName"] == "deployer"
    assert resource["spec"]["serviceAccountNamespace"] == limited.scene.namespace
    await limited.home.plane.kubectl("delete", "infrahubsync", sync, f"--timeout={HANG:g}s")
    assert await limited.box() is None


async def test_two_identities_in_one_cluster_have_their_own_rights_at_the_same_time(limited: Remote) -> None:
    first = await limited.resource(**as_deployer(limited))
    second = await limited.resource(write([config_map("free")]))
    third = await limited.resource(write([config_map("none")]), **as_deployer(limited, serviceAccountName="nobody"))
    await asyncio.gather(
        limited.home.until_resource(first),
        limited.home.until_resource(second),
        limited.home.until_resource(third, has_reason("Forbidden")),
    )
    assert await limited.box("none") is None
    await limited.end(first)
    await limited.end(second)


async def test_drift_is_put_back_at_once_where_the_serviceaccount_may_watch(limited: Remote) -> None:
    place = limited.scene.namespace
    for item in (
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": f"watch-{place}"},
            "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list", "watch"]}],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": f"watch-{place}"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": f"watch-{place}"},
            "subjects": [{"kind": "ServiceAccount", "name": "deployer", "namespace": place}],
        },
    ):
        await limited.scene.apply(item)
    name = await limited.resource(destination={"reconcileOnEvents": True}, **as_deployer(limited))
    await limited.home.until_resource(name)
    configs = await limited.scene.kind("v1", "ConfigMap")
    await limited.scene.patch(configs, "box", {"data": {"colour": "blue"}}, namespace=place)
    await limited.scene.until(configs, "box", lambda item: bool(item["data"] == {"colour": "red"}), namespace=place)
    await limited.end(name)


async def test_when_vidra_may_not_impersonate_that_is_said(remote: Remote) -> None:
    """The token in the Secret is that of a ServiceAccount without any rights."""
    remote.user["token"] = await remote.scene.token_of("powerless")
    await remote.credentials()
    name = await remote.resource(**as_deployer(remote))
    resource = await remote.home.until_resource(name, has_reason("Forbidden"))
    assert "cannot impersonate" in condition(resource)["message"]
