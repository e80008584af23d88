"""Who writes artifacts, or edits syncs, cannot stop Vidra, have it act as somebody else, or give it credentials."""

import hashlib
from collections.abc import AsyncIterator

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition, has_reason
from testkit.objects import config_map, secret
from testkit.operating import Operating
from testkit.remote import Remote
from testkit.somebody import EDITOR, TENANT, somebody
from vidra.kube.client import MERGE_PATCH, encode
from vidra.manager.options import DEFAULT_NAMESPACE
from vidra.manifests.write import write

GROUP = "infrahub.operators.com"
ADMISSION = "admissionregistration.k8s.io/v1"
NOWHERE = {"url": "https://127.0.0.1:1/"}


def labelled(body: Json, **labels: str) -> Json:
    return {**body, "metadata": {**body["metadata"], "labels": labels}}


def webhooks(scene: Scene, *rules: Json, name: str = "") -> Json:
    """What would hold up whatever the rules name; Ignore, so that a fault of these tests does not end them all."""
    hook = {"name": "no.example.com", "clientConfig": NOWHERE, "admissionReviewVersions": ["v1"], "sideEffects": "None"}
    return {
        "apiVersion": ADMISSION,
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name or scene.namespace},
        "webhooks": [{**hook, "failurePolicy": "Ignore", "timeoutSeconds": 1, "rules": list(rules)}],
    }


def rule(group: str, *resources: str) -> Json:
    return {"apiGroups": [group], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"], "resources": [*resources]}


def hostile(scene: Scene) -> list[Json]:
    """One of each sort; the table in tests/apply/test_guard.py has the rest."""
    account = {"kind": "ServiceAccount", "name": "vidra", "namespace": DEFAULT_NAMESPACE}
    admin = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": DEFAULT_NAMESPACE, "labels": {"mine": "now"}}},
        config_map("intruder", DEFAULT_NAMESPACE),
        labelled(secret("planted", DEFAULT_NAMESPACE, username="me", password="me"), **{"infrahub-api-url": "h"}),
        labelled(secret("planted", username="me", password="me"), **{"infrahub-api-url": "h"}),
        labelled(secret("fleet", kubeconfig="x"), **{"cluster-kubeconfig": "h"}),
        labelled(config_map("settings", queryName="mine"), app="vidra"),
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"infrahubsyncs.{GROUP}"},
        },
        {
            "apiVersion": f"{GROUP}/v1alpha1",
            "kind": "InfrahubSync",
            "metadata": {"name": f"nested-{scene.namespace}"},
            "spec": {"source": {"infrahubAPIURL": scene.infrahub.url, "artifactName": "x"}},
        },
        {
            "apiVersion": f"{GROUP}/v1alpha1",
            "kind": "VidraResource",
            "metadata": {"name": f"nested-{scene.namespace}"},
            "spec": {"manifest": "", "allowEmpty": True},
        },
        webhooks(scene, rule(GROUP, "vidraresources", "vidraresources/status")),
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": scene.namespace},
            "roleRef": admin,
            "subjects": [account],
        },
    ]


@pytest.fixture
async def editor(scene: Scene) -> AsyncIterator[Scene]:
    """Somebody who may edit syncs and VidraResources, and nothing else."""
    async with somebody(scene, everywhere=EDITOR) as person:
        yield person


def home_again(scene: Scene) -> Remote:
    """Vidra's own cluster under a URL, with a kubeconfig of an administrator."""
    return Remote(scene, scene)


async def refused(scene: Scene, name: str, number: int) -> Json:
    """Wait until all but one object of a VidraResource are refused, and be sure that nothing of them is there."""
    protected, progress = has_reason("Protected"), f"1/{number + 1}"
    # As long as the cluster has not told which one it is, the last one waits as well.
    resource = await scene.until_resource(name, lambda item: protected(item) and item["status"]["progress"] == progress)
    status = resource["status"]
    assert {problem["reason"] for problem in status["problems"]} == {"Protected"}
    assert [entry["name"] for entry in status["managedResources"]] == ["good"]
    for body in hostile(scene):
        kind = await scene.kind(body["apiVersion"], body["kind"])
        metadata = body["metadata"]
        place = metadata.get("namespace", scene.namespace) if kind.namespaced else ""
        found = await scene.get(kind, metadata["name"], namespace=place)
        assert found is None or "mine" not in found["metadata"].get("labels", {})
        assert found is None or kind.kind in {"Namespace", "CustomResourceDefinition"}
    configs = await scene.kind("v1", "ConfigMap")
    assert await scene.get(configs, "good", namespace=scene.namespace)
    return resource


def everything(scene: Scene) -> str:
    return write([config_map("good"), *hostile(scene)])


async def test_its_own_things_are_refused_and_the_rest_is_applied(scene: Scene, editor: Scene) -> None:
    name = await editor.resource(everything(scene))
    await refused(scene, name, len(hostile(scene)))


async def test_its_own_cluster_under_another_address_is_its_own_cluster(scene: Scene, editor: Scene) -> None:
    home = home_again(scene)
    await home.credentials()
    name = await editor.resource(everything(scene), destination={"server": home.server})
    resource = await refused(scene, name, len(hostile(scene)))
    assert "does not tell" not in condition(resource)["message"]
    await home.end(name)
    await home.forget()


@pytest.mark.parametrize("elsewhere", [False, True], ids=["at home", "by its address"])
async def test_it_is_so_for_a_serviceaccount_that_may_write_in_vidras_namespace(
    scene: Scene, editor: Scene, elsewhere: bool
) -> None:
    """It may write Secrets there, and cannot see which cluster it is in: Vidra asks for it."""
    home, destination = home_again(scene), {}
    if elsewhere:
        await home.credentials()
        destination = {"server": home.server}
    async with (
        somebody(scene, inside=TENANT, within=DEFAULT_NAMESPACE) as there,
        somebody(scene, inside=TENANT) as here,
    ):
        accounts = [person.account for person in (there, here)]
        manifest = write([labelled(secret("planted", DEFAULT_NAMESPACE, a="b"), **{"infrahub-api-url": "h"})])
        names = [
            await editor.resource(
                manifest,
                destination=destination,
                serviceAccountName=account,
                serviceAccountNamespace=scene.namespace,
            )
            for account in accounts
        ]
        for name in names:
            resource = await scene.until_resource(name, has_reason("Protected"))
            assert "does not tell" not in condition(resource)["message"]
        secrets = await scene.kind("v1", "Secret")
        assert await scene.get(secrets, "planted", namespace=DEFAULT_NAMESPACE) is None
        for name in names:
            await home.end(name)


async def test_a_cluster_that_does_not_tell_which_one_it_is_may_be_its_own(scene: Scene, editor: Scene) -> None:
    """The token of the kubeconfig may write, and may not look at kube-system."""
    async with somebody(scene, inside=TENANT) as tenant:
        home = home_again(scene)
        home.config["users"][0]["user"] = {"token": tenant.token}
        await home.credentials()
        planted = labelled(secret("planted", username="me", password="me"), **{"infrahub-api-url": "h"})
        name = await editor.resource(write([config_map("good"), planted]), destination={"server": home.server})
        resource = await scene.until_resource(name, has_reason("Protected"))
        assert resource["status"]["progress"] == "1/2"
        assert "does not tell Vidra which one it is" in condition(resource)["message"]
        assert await scene.get(await scene.kind("v1", "Secret"), "planted", namespace=scene.namespace) is None
        await home.end(name)


async def test_another_cluster_may_have_a_vidra_of_its_own_as_soon_as_it_tells_which_one_it_is(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vidra.clusters.circuit_breaker.UNTOLD", 0.0)
    secrets = await remote.scene.kind("v1", "Secret")
    planted = write([labelled(secret("account", token="t"), **{"infrahub-api-url": "h"})])
    async with somebody(remote.scene, inside=TENANT) as tenant:
        remote.user.clear()
        remote.user["token"] = tenant.token
        await remote.credentials()
        name = await remote.resource(planted)
        await remote.home.until_resource(name, has_reason("Protected"))
        assert await remote.scene.get(secrets, "account", namespace=remote.scene.namespace) is None
        subject = {"kind": "ServiceAccount", "name": tenant.account, "namespace": tenant.namespace}
        for body in sees_namespaces(tenant.account, subject):
            await remote.scene.apply(body)
        await remote.home.request(name, "with more rights")  # the cluster is asked again meanwhile
        await remote.home.request(name, "once more")
        await remote.home.until_resource(name)
        assert await remote.scene.get(secrets, "account", namespace=remote.scene.namespace)
        await remote.end(name)


def sees_namespaces(name: str, subject: Json) -> list[Json]:
    """What lets somebody look at Namespaces."""
    rbac = "rbac.authorization.k8s.io"
    rules = [{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]}]
    metadata = {"name": f"{name}-sees"}
    reference = {"apiGroup": rbac, "kind": "ClusterRole", "name": metadata["name"]}
    return [
        {"apiVersion": f"{rbac}/v1", "kind": "ClusterRole", "metadata": metadata, "rules": rules},
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": metadata,
            "roleRef": reference,
            "subjects": [subject],
        },
    ]


async def test_a_webhook_that_is_refused_now_is_neither_deleted_nor_put_back(scene: Scene, editor: Scene) -> None:
    kind = await scene.kind(ADMISSION, "ValidatingWebhookConfiguration")
    hook, destination = f"hook-{scene.namespace}", {"reconcileOnEvents": True}
    harmless = webhooks(scene, rule("apps", "deployments"), name=hook)
    name = await editor.resource(write([harmless]), destination=destination)
    await scene.until_resource(name)
    bad = webhooks(scene, rule("*", "*/*"), name=hook)
    await editor.resource(write([bad]), name=name, destination=destination)
    resource = await scene.until_resource(name, has_reason("Protected"))
    assert "stays as it is" in condition(resource)["message"]
    live = await scene.get(kind, hook)
    assert live is not None
    assert live["webhooks"][0]["rules"][0]["apiGroups"] == ["apps"]
    await scene.delete(kind, hook)
    await scene.request(name, "now")
    assert await scene.get(kind, hook) is None
    await editor.delete(await scene.kind(f"{GROUP}/v1alpha1", "VidraResource"), name)


@pytest.mark.parametrize("kind", ["ClusterRole", "ClusterRoleBinding"])
async def test_the_rights_it_was_installed_with_are_not_taken_over(scene: Scene, editor: Scene, kind: str) -> None:
    """An artifact with none of the rules, or other subjects, would end it."""
    group = "rbac.authorization.k8s.io"
    nobody = {"apiGroup": group, "kind": "User", "name": "nobody"}
    rest: Json = {"subjects": [nobody], "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "vidra"}}
    body: Json = {"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": "vidra"}}
    body |= {"rules": []} if kind == "ClusterRole" else rest
    live = await scene.kind(f"{group}/v1", kind)
    before = await scene.get(live, "vidra")
    name = await editor.resource(write([body]), adoption="Always")
    resource = await scene.until_resource(name, has_reason("Protected"))
    assert "Vidra's own installation" in condition(resource)["message"]
    assert before == await scene.get(live, "vidra")


async def test_what_was_applied_before_it_was_asked_is_refused_after_a_start(
    own_scene: Scene, own_operator: Operating
) -> None:
    """As an earlier version left it: applied, in the inventory, and at peace."""
    kind = await own_scene.kind(ADMISSION, "ValidatingWebhookConfiguration")
    name = await own_scene.resource(write([webhooks(own_scene, rule("apps", "deployments"))]))
    await own_scene.until_resource(name)
    await own_operator.stop()
    manifest = write([webhooks(own_scene, rule(GROUP, "*/*"))])
    await own_scene.patch(RESOURCES, name, {"spec": {"manifest": manifest}})
    now = await own_scene.get(RESOURCES, name)
    assert now is not None
    status = now["status"]
    checksum = hashlib.md5(manifest.encode(), usedforsecurity=False).hexdigest()
    for entry in status["conditions"]:
        entry["observedGeneration"] = now["metadata"]["generation"]
    seen = {"conditions": status["conditions"], "appliedChecksum": checksum}
    path = f"{RESOURCES.path('', name)}/status"
    await own_scene.client.send("PATCH", path, body=encode({"status": seen}), content_type=MERGE_PATCH)
    await own_operator.start()
    await own_scene.until_resource(name, has_reason("Protected"))
    assert await own_scene.get(kind, own_scene.namespace)
