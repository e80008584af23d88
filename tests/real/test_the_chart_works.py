"""The chart's whole life in a cluster: installed, at work under its own rights, upgraded, away, and back."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from testkit.command import vidra_with
from testkit.controlplane import ControlPlane
from testkit.environment import SYNCS, Json, Scene, condition, connection_to, has_reason
from testkit.eventually import eventually
from testkit.infrahub import StandIn
from testkit.objects import config_map, custom, definition, secret
from testkit.objects import namespace as namespace_named
from testkit.parts.chart import CHART, IMAGE, deployed
from testkit.parts.files import Files
from testkit.parts.helm import helm
from testkit.parts.registry import Registry
from testkit.patience import HANG
from testkit.process import OperatorProcess
from vidra.api.names import MANAGED_LABEL
from vidra.api.rights import needs
from vidra.kube.client import Client
from vidra.manifests.write import write

OWN = "vidra-system"
ACCOUNT = f"system:serviceaccount:{OWN}:vidra"
UNUSED = {
    ("update", "infrahub.operators.com", "infrahubsyncs/finalizers"),  # asked for by an admission plugin only
    ("delete", "coordination.k8s.io", "leases"),  # of other replicas that are no more
    # An API server before v1.32 is asked for a list; this one sends it along with the watch.
    *(("list", need.group, need.resource) for need in needs() if "watch" in need.verbs),
}
"""Rights that the story gives no occasion to use."""

Deployed = Callable[[], Awaitable[OperatorProcess]]


@pytest.fixture(scope="module")
async def cluster() -> AsyncIterator[ControlPlane]:
    """A cluster that has never heard of Vidra, with the controller that aggregates roles."""
    async with ControlPlane() as plane:
        yield plane


@pytest.fixture
async def scene(cluster: ControlPlane) -> AsyncIterator[Scene]:
    """A namespace in it, and an Infrahub that Vidra is not told of yet."""
    client = Client(connection_to(cluster))
    async with StandIn() as infrahub:
        scene = Scene(cluster, client, infrahub, "web")
        await scene.apply(namespace_named("web"))
        yield scene
    await client.close()


@pytest.fixture
async def operator(cluster: ControlPlane, tmp_path: Path) -> AsyncIterator[Deployed]:
    """Run what the Deployment in the cluster says, until the next one or the end of the test."""
    running: list[OperatorProcess] = []

    async def stop() -> None:
        for process in running:
            if process.running:
                assert await process.terminate() == 0
            assert "Traceback" not in process.text(), process.text()

    async def start() -> OperatorProcess:
        await stop()
        running.append(await deployed(cluster, tmp_path, OWN))
        await running[-1].start()
        await running[-1].ready()
        return running[-1]

    yield start
    await stop()


@pytest.fixture
async def published(cluster: ControlPlane, registry: Registry, tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    """The packed chart in a registry and in a plain repository, as helm knows them."""
    await helm(cluster, "lint", "--strict", str(CHART), "--set", IMAGE)
    said = await helm(cluster, "package", str(CHART), "--destination", str(tmp_path))
    charts = f"oci://{registry.address}/charts"
    await helm(cluster, "push", said.stdout.rpartition(" ")[2].strip(), charts, "--plain-http")
    await helm(cluster, "repo", "index", str(tmp_path))
    async with Files(tmp_path) as files:
        await helm(cluster, "repo", "add", "ours", files.url)
        yield f"{charts}/vidra", "ours/vidra"


async def test_from_a_registry_to_work_and_from_a_repository_back_to_work(
    cluster: ControlPlane, scene: Scene, operator: Deployed, published: tuple[str, str]
) -> None:
    (registry, repository), flags = published, ("-n", OWN, "--set", IMAGE)
    await cluster.kubectl("-n", OWN, "delete", "lease", "--all")  # of other tests: Leases stay
    more = ("--devel", "--plain-http", *flags)
    told = await helm(cluster, "install", "vidra", registry, "--create-namespace", *more)
    assert "It may apply what these allow: workloads" in told.stdout
    mark = cluster.audit.mark()
    await operator()
    checked = await vidra_with(cluster.kubeconfig)("check", "--as-account", f"{OWN}:vidra")
    assert checked.code == 0, checked.out
    await credentials(scene)

    sync = await the_main_job(scene)
    await a_forbidden_kind_stops_only_itself(scene, sync)
    await helm(
        cluster,
        "upgrade",
        "vidra",
        registry,
        *more,
        "--set=access.presets={workloads,secrets}",
        "--set=config.requeueSyncAfter=1h",
    )
    await operator()
    await scene.until_sync(sync)
    await what_is_missing_is_waited_for(scene)
    await drift_of_the_meantime_is_put_back(scene, sync, await operator(), operator)
    await only_what_is_granted_was_asked_for(cluster, mark)

    process = await operator()
    await process.terminate()
    await helm(cluster, "uninstall", "vidra", "-n", OWN)
    await nothing_else_went(scene, sync)
    await helm(cluster, "install", "vidra", repository, *flags, "--devel", "--set=access.presets={workloads,secrets}")
    await operator()
    await scene.until_gone(SYNCS, sync)
    assert await objects(scene) == []
    await everything_granted_was_used(cluster, mark)
    await helm(cluster, "uninstall", "vidra", "-n", OWN)


async def credentials(scene: Scene) -> None:
    """As the chart's notes say for an address that is not https on port 443."""
    login = (f"--from-literal=username={scene.infrahub.username}", f"--from-literal=password={scene.infrahub.password}")
    await scene.plane.kubectl("-n", OWN, "create", "secret", "generic", "infrahub", *login)
    await scene.plane.kubectl("-n", OWN, "label", "secret", "infrahub", "infrahub-api-url=127.0.0.1")
    await scene.plane.kubectl("-n", OWN, "annotate", "secret", "infrahub", f"infrahub-api-url={scene.infrahub.url}")


async def the_main_job(scene: Scene) -> str:
    """Objects come, change and go, and drift is put back at once."""
    id_ = scene.infrahub.add_artifact("Web", write([config_map("box", colour="red"), config_map("old")]))
    sync = await scene.sync("Web", interval="1s")
    await scene.until_sync(sync)
    configs = await scene.kind("v1", "ConfigMap")
    await scene.patch(configs, "box", {"data": {"colour": "blue"}}, namespace="web")
    await scene.until(configs, "box", lambda item: bool(item["data"] == {"colour": "red"}), namespace="web")
    scene.infrahub.change(id_, write([config_map("box", colour="green")]))
    await scene.until(configs, "box", lambda item: bool(item["data"] == {"colour": "green"}), namespace="web")
    await scene.until_gone(configs, "old", namespace="web")
    return sync


async def a_forbidden_kind_stops_only_itself(scene: Scene, sync: str) -> None:
    """What `access` does not name is refused by the API server, and said; the rest of the artifact is applied."""
    (resource,) = await scene.resources_of(sync)
    scene.infrahub.change(
        resource["spec"]["content"]["artifactId"],
        write([config_map("box", colour="white"), secret("hidden", word="xyzzy")]),
    )
    resource = await scene.until_resource(resource["metadata"]["name"], has_reason("Forbidden"))
    message = condition(resource)["message"]
    assert ACCOUNT in message
    assert "secrets" in message
    assert "xyzzy" not in str(resource["status"])
    configs = await scene.kind("v1", "ConfigMap")
    await scene.until(configs, "box", lambda item: bool(item["data"] == {"colour": "white"}), namespace="web")


async def what_is_missing_is_waited_for(scene: Scene) -> None:
    """A namespace and a kind come after what needs them."""
    late = await scene.resource(write([config_map("late")]), destination={"namespace": "later"})
    kind = await scene.resource(write([custom("example.com", "Gadget", "one")]))
    await scene.until_resource(late, has_reason("NamespaceMissing"))
    await scene.until_resource(kind, has_reason("KindUnknown"))
    await scene.apply(namespace_named("later"))
    await scene.apply(definition("example.com", "Gadget"))
    await scene.until_resource(late)
    await scene.until_resource(kind, has_reason("Forbidden"))
    await scene.plane.kubectl("delete", "vidraresource", late, kind, f"--timeout={HANG:g}s")


async def drift_of_the_meantime_is_put_back(
    scene: Scene, sync: str, process: OperatorProcess, operator: Deployed
) -> None:
    """The text is read again from where it is kept."""
    await process.terminate()
    await scene.plane.kubectl("-n", "web", "delete", "configmap", "box")
    await operator()
    box = await scene.until(
        await scene.kind("v1", "ConfigMap"), "box", lambda item: bool(item["data"]), namespace="web"
    )
    (resource,) = await scene.resources_of(sync)
    await scene.until_resource(
        resource["metadata"]["name"],
        lambda item: box["metadata"]["uid"] in {entry.get("uid") for entry in item["status"]["managedResources"]},
    )


async def only_what_is_granted_was_asked_for(cluster: ControlPlane, mark: int) -> None:
    """The operator was refused nothing but the kinds that it must not have."""
    refused = [entry for entry in await cluster.audit.since(mark) if entry.user == ACCOUNT and entry.code == 403]
    assert {entry.resource for entry in refused} == {"secrets", "gadgets"}
    assert {entry.namespace for entry in refused if entry.resource == "secrets"} == {"web"}


async def everything_granted_was_used(cluster: ControlPlane, mark: int) -> None:
    """Whatever the chart grants the operator for itself, it used."""
    used: set[tuple[str, str, str]] = set()
    here: set[tuple[str, str, str]] = set()
    for entry in await cluster.audit.since(mark):
        if entry.user == ACCOUNT and entry.code < 400:
            right = (entry.verb, entry.api_group, "/".join(filter(None, (entry.resource, entry.subresource))))
            (here if entry.namespace == OWN else used).add(right)
    granted = {((verb, need.group, need.resource), need.own) for need in needs() for verb in need.verbs}
    assert {right for right, own in granted if right not in (here if own else used | here)} - UNUSED == set()


async def nothing_else_went(scene: Scene, sync: str) -> None:
    """Definitions, syncs and objects are there; a sync that is deleted now waits for the operator."""
    uids = await objects(scene)
    assert len(uids) == 2
    await scene.plane.kubectl("delete", "infrahubsync", sync, "--wait=false")
    await scene.until(SYNCS, sync, lambda item: "deletionTimestamp" in item["metadata"])
    assert await objects(scene) == uids
    left = await scene.plane.kubectl(
        "get", "clusterrole,clusterrolebinding,all,role,rolebinding,cm", "-A", "-o", "name"
    )
    assert [name for name in left.stdout.split() if "vidra" in name and "replicaset" not in name] == []


async def objects(scene: Scene) -> list[str]:
    """UIDs of what Vidra manages."""
    found = await scene.plane.kubectl("get", "cm,secret", "-n", "web", "-l", f"{MANAGED_LABEL}=true", "-o", "json")
    return sorted(item["metadata"]["uid"] for item in msgspec.json.decode(found.stdout)["items"])


async def test_people_get_their_roles(cluster: ControlPlane, scene: Scene) -> None:
    await helm(cluster, "install", "roles", str(CHART), "-n", OWN, "--create-namespace", "--set", IMAGE)
    for role, name in (("view", "viewer"), ("edit", "editor")):
        await scene.plane.kubectl("create", "clusterrolebinding", name, f"--clusterrole={role}", f"--user={name}")
    kinds = "vidraresources.infrahub.operators.com"
    await eventually(lambda: may(cluster, "editor", "create", kinds))
    await eventually(lambda: may(cluster, "viewer", "list", kinds))
    assert not await may(cluster, "viewer", "patch", kinds)
    await helm(cluster, "uninstall", "roles", "-n", OWN)


RBAC = "rbac.authorization.k8s.io"


@pytest.mark.parametrize(
    ("preset", "allowed", "refused"),
    [
        (
            "workloads",
            ["create deployments.apps", "delete services"],
            ["create secrets", "create virtualmachines.kubevirt.io", f"create roles.{RBAC}"],
        ),
        ("secrets", ["create secrets"], ["create configmaps"]),
        ("namespaces", ["create namespaces"], ["create configmaps"]),
        (
            "kubevirt",
            ["create virtualmachines.kubevirt.io", "patch datavolumes.cdi.kubevirt.io"],
            ["create deployments.apps"],
        ),
        (
            "everything",
            ["create secrets", "patch anything.example.com"],
            ["impersonate users", f"escalate clusterroles.{RBAC}", f"bind clusterroles.{RBAC}"],
        ),
    ],
)
async def test_a_preset_allows_what_it_says_and_no_more(
    cluster: ControlPlane, preset: str, allowed: list[str], refused: list[str]
) -> None:
    access = f"--set=access.presets={{{preset}}}"
    await helm(cluster, "install", "vidra", str(CHART), "-n", OWN, "--create-namespace", "--set", IMAGE, access)
    for right in allowed:
        await eventually(lambda right=right: may(cluster, ACCOUNT, *right.split()))  # type: ignore[misc]
    for right in refused:
        assert not await may(cluster, ACCOUNT, *right.split()), right
    await helm(cluster, "uninstall", "vidra", "-n", OWN)


async def test_only_in_some_namespaces_and_as_others(cluster: ControlPlane, scene: Scene, operator: Deployed) -> None:
    for name in ("team-a", "team-b"):
        await scene.apply(namespace_named(name))
    await deployer(scene)
    access = ("--set=access.namespaces={web}", "--set=access.actAs[0].namespace=team-a")
    more = ("--create-namespace", "--set", IMAGE, *access, "--set=access.actAs[0].name=deployer")
    await helm(cluster, "install", "vidra", str(CHART), "-n", OWN, *more)
    await operator()
    box = write([config_map("box", colour="red")])
    inside, outside = await scene.resource(box), await scene.resource(box, destination={"namespace": "team-b"})
    team: Json = {"serviceAccountName": "deployer", "serviceAccountNamespace": "team-a"}
    acting = await scene.resource(box, destination={"namespace": "team-a"}, **team)
    await scene.until_resource(inside)
    await scene.until_resource(acting)
    await scene.until_resource(outside, has_reason("Forbidden"))
    other = await scene.resource(
        box, destination={"namespace": "team-b"}, **{**team, "serviceAccountNamespace": "team-b"}
    )
    resource = await scene.until_resource(other, has_reason("Forbidden"))
    assert "cannot impersonate" in condition(resource)["message"]
    await cluster.kubectl("delete", "vidraresource", "--all", f"--timeout={HANG:g}s")
    await helm(cluster, "uninstall", "vidra", "-n", OWN)


async def test_credentials_of_its_own_namespace_alone(cluster: ControlPlane, scene: Scene, operator: Deployed) -> None:
    more = (
        "--create-namespace",
        "--set",
        IMAGE,
        "--set=access.presets={workloads}",
    )
    await helm(cluster, "install", "vidra", str(CHART), "-n", OWN, *more)
    mark = cluster.audit.mark()
    await operator()
    checked = await vidra_with(cluster.kubeconfig)("check", "--as-account", f"{OWN}:vidra")
    assert checked.code == 0, checked.out
    assert not await may(cluster, ACCOUNT, "list", "secrets")
    await cluster.kubectl("-n", OWN, "delete", "secret", "-l", "infrahub-api-url")
    body = secret("tenants", scene.namespace, username=scene.infrahub.username, password=scene.infrahub.password)
    body["metadata"]["labels"] = {"infrahub-api-url": "127.0.0.1"}
    body["metadata"]["annotations"] = {"infrahub-api-url": scene.infrahub.url}
    await scene.apply(body)
    scene.infrahub.add_artifact("Own", write([config_map("own", colour="red")]))
    sync = await scene.sync("Own", interval="1s")
    told = await scene.until_sync(sync, has_reason("CredentialsMissing"))
    assert "create one in Vidra's namespace" in condition(told)["message"]
    await credentials(scene)
    await scene.until_sync(sync)
    refused = [entry for entry in await cluster.audit.since(mark) if entry.user == ACCOUNT and entry.code == 403]
    assert refused == []
    await cluster.kubectl("delete", "infrahubsync", sync, f"--timeout={HANG:g}s")
    await cluster.kubectl("-n", OWN, "delete", "secret", "infrahub")
    await helm(cluster, "uninstall", "vidra", "-n", OWN)


async def deployer(scene: Scene) -> None:
    """A ServiceAccount of team-a that may have ConfigMaps there."""
    kubectl = scene.plane.kubectl
    await kubectl("-n", "team-a", "create", "serviceaccount", "deployer")
    verbs = "--verb=get,list,watch,create,patch,delete"
    await kubectl("-n", "team-a", "create", "role", "deployer", verbs, "--resource=configmaps")
    await kubectl(
        "-n", "team-a", "create", "rolebinding", "deployer", "--role=deployer", "--serviceaccount=team-a:deployer"
    )


async def may(cluster: ControlPlane, user: str, verb: str, kind: str) -> bool:
    """Whether the API server would let a user do this, in any namespace."""
    resource, _, group = kind.partition(".")
    attributes = {"verb": verb, "resource": resource, "group": group}
    answer = await cluster.request(
        "POST",
        "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        {"spec": {"user": user, "groups": ["system:authenticated"], "resourceAttributes": attributes}},
    )
    return bool(answer.body["status"]["allowed"])
