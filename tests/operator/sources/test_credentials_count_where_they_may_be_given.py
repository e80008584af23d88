"""A tenant, with what `edit` gives in one namespace, adds neither an account of an Infrahub nor a cluster."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from testkit.environment import OWN, SECRETS, Json, Scene, condition, has_reason
from testkit.objects import config_map
from testkit.operating import Operating
from testkit.remote import BOX, Remote
from testkit.somebody import TENANT, somebody
from testkit.trigger import ask
from vidra.api.names import CLUSTER_LABEL, INFRAHUB_LABEL
from vidra.manifests.write import write


@pytest.fixture
async def tenant(scene: Scene) -> AsyncIterator[Scene]:
    """Somebody who may do everything with Secrets and ConfigMaps, in the scene's namespace."""
    async with somebody(scene, inside=TENANT) as person:
        yield person


def given(person: Scene, name: str, label: str, host: str, address: str = "", **data: str) -> Json:
    """A Secret of theirs that is labelled for Vidra."""
    annotations = {label: address} if address else {}
    metadata = {"name": name, "namespace": person.namespace, "labels": {label: host, "story": person.namespace}}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {**metadata, "annotations": annotations},
        "stringData": data,
    }


@pytest.mark.parametrize(
    "data", [{"username": "evil", "password": "TENANT-PW"}, {"username": ""}], ids=["own", "empty"]
)
async def test_a_newer_secret_of_a_tenant_is_not_used(scene: Scene, tenant: Scene, data: dict[str, str]) -> None:
    scene.infrahub.add_artifact("Colours", BOX)
    sync = await scene.sync("Colours", interval="1h")
    await scene.until_sync(sync)
    await tenant.apply(given(tenant, "mine", INFRAHUB_LABEL, "127.0.0.1", scene.infrahub.url, **data))
    await ask(scene, sync)
    await scene.until_sync(sync)
    assert not [entry for entry in scene.infrahub.requests.matching("/api/auth/login") if b"evil" in entry.body]
    events = await scene.events_about(sync)
    assert not [event for event in events if event["reason"].startswith("Credentials")]


async def test_a_tenants_secret_alone_is_named_and_not_used(scene: Scene, tenant: Scene) -> None:
    await scene.forget_secrets(INFRAHUB_LABEL)
    await tenant.apply(given(tenant, "mine", INFRAHUB_LABEL, "127.0.0.1", scene.infrahub.url, token="t"))
    sync = await scene.sync("Colours", interval="1h")
    told = condition(await scene.until_sync(sync, has_reason("CredentialsMissing")))["message"]
    assert f"count only in {OWN}" in told
    assert f"{scene.namespace}/mine" in told
    assert scene.infrahub.requests.count() == 0


async def test_a_tenants_kubeconfig_is_neither_selected_nor_a_destination(remote: Remote) -> None:
    home = remote.home
    home.infrahub.add_artifact("Colours", BOX)
    kubeconfig = msgspec.yaml.encode(remote.config).decode()
    async with somebody(home, inside=TENANT) as tenant:
        await tenant.apply(given(tenant, "mine", CLUSTER_LABEL, "127.0.0.1", kubeconfig=kubeconfig))
    selected = await home.sync("Colours", destination={"clusterSelector": {"matchLabels": {"story": home.namespace}}})
    await home.until_sync(selected, has_reason("NoClusterMatches"))
    direct = await remote.resource()
    told = condition(await home.until_resource(direct, has_reason("ClusterCredentialsMissing")))["message"]
    assert f"{home.namespace}/mine" in told
    assert await remote.box() is None
    await remote.credentials(story=home.namespace)
    await home.until_sync(selected)
    await home.until_resource(direct)
    await home.plane.kubectl("delete", "infrahubsync", selected)


async def test_who_may_give_clusters_does_not_give_the_one_that_vidra_runs_in(
    own_scene: Scene, own_operator: Operating
) -> None:
    """There Vidra acts as itself, whatever the kubeconfig says."""
    server = "https://kubernetes.default.svc"
    kubeconfig = {
        "clusters": [{"name": "it", "cluster": {"server": server}}],
        "users": [{"name": "it", "user": {"token": "nothing"}}],
        "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
        "current-context": "it",
    }
    text = msgspec.yaml.encode(kubeconfig).decode()
    own_scene.infrahub.add_artifact("Colours", BOX)
    await own_operator.stop()
    async with (
        Operating(own_scene.plane, credentials_namespaces=(own_scene.namespace,)),
        somebody(own_scene, inside=TENANT) as person,
    ):
        await person.apply(given(person, "mine", CLUSTER_LABEL, "kubernetes.default.svc", kubeconfig=text))
        selector = {"matchLabels": {"story": own_scene.namespace}}
        sync = await own_scene.sync("Colours", destination={"clusterSelector": selector}, allowEmpty=True)
        told = condition(await own_scene.until_sync(sync, has_reason("KubeconfigRefused")))["message"]
        assert f"{own_scene.namespace}/mine: it names the cluster that Vidra runs in" in told
        assert await own_scene.resources_of(sync) == []
    await own_operator.start()


async def test_a_tenants_settings_change_nothing(own_scene: Scene) -> None:
    own_scene.infrahub.add_artifact("Colours", BOX)
    async with somebody(own_scene, inside=TENANT) as tenant:
        body = config_map("vidra-config", tenant.namespace, queryName="Mine")
        body["metadata"]["labels"] = {"app": "vidra"}
        await tenant.apply(body)
    sync = await own_scene.sync("Colours")
    await own_scene.until_sync(sync)
    assert own_scene.infrahub.requests.count("/api/query/Mine") == 0


async def test_secrets_of_a_namespace_that_is_listed_count_and_its_own_come_first(
    own_scene: Scene, own_operator: Operating
) -> None:
    """What is listed is watched by itself: a Secret that goes there takes nothing away here."""
    own_scene.infrahub.add_artifact("Colours", write([config_map("colour")]))
    url = own_scene.infrahub.url
    await own_operator.stop()
    await own_scene.forget_secrets(INFRAHUB_LABEL)
    data = {"username": own_scene.infrahub.username, "password": own_scene.infrahub.password}
    async with Operating(own_scene.plane, credentials_namespaces=(own_scene.namespace,)):
        await own_scene.apply(given(own_scene, "listed", INFRAHUB_LABEL, "127.0.0.1", url, **data))
        sync = await own_scene.sync("Colours", interval="1h")
        await own_scene.until_sync(sync)
        wrong = {"username": "somebody", "password": "else"}
        await own_scene.secret("first", {INFRAHUB_LABEL: "127.0.0.1"}, {INFRAHUB_LABEL: url}, **wrong)
        await own_scene.until_sync(sync, has_reason("Unauthorized"))
        await own_scene.delete(SECRETS, "listed", namespace=own_scene.namespace)
        await own_scene.delete(SECRETS, "first", namespace=OWN)
        await own_scene.until_sync(sync, has_reason("CredentialsMissing"))
    await own_operator.start()
