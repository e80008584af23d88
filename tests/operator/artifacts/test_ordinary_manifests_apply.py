"""What people have in files and dumps of clusters is accepted as it is."""

from typing import Any

from testkit.environment import RESOURCES, Json, Scene
from testkit.objects import config_map
from vidra.manifests.write import write

LABELS = {"app": "web"}


def application() -> list[Json]:
    """A Deployment with its Service, Ingress, Job, account and grants."""
    container = {
        "name": "web",
        "image": "example.com/web:1",
        "ports": [
            {"name": "dns", "containerPort": 53, "protocol": "UDP"},
            {"name": "dns-tcp", "containerPort": 53, "protocol": "TCP"},
        ],
        "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
        "resources": {"requests": {"cpu": "1000m", "memory": "1024Mi"}},
    }
    pod = {"metadata": {"labels": LABELS, "creationTimestamp": None}, "spec": {"containers": [container]}}
    backend = {"service": {"name": "web", "port": {"name": "dns-tcp"}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    job = {"spec": {"containers": [{"name": "once", "image": "example.com/once"}], "restartPolicy": "Never"}}
    return [
        _body("v1", "ServiceAccount"),
        _body(
            "rbac.authorization.k8s.io/v1", "Role", rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
        ),
        _body("apps/v1", "Deployment", spec={"selector": {"matchLabels": LABELS}, "template": pod}),
        _body(
            "v1",
            "Service",
            spec={
                "selector": LABELS,
                "ports": [
                    {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": "dns"},
                    {"name": "dns-tcp", "port": 53, "targetPort": 53},
                ],
            },
        ),
        _body("networking.k8s.io/v1", "Ingress", spec={"rules": [{"host": "a.test", "http": {"paths": [path]}}]}),
        _body("batch/v1", "Job", spec={"template": job, "suspend": True}),
    ]


def _body(api_version: str, kind: str, **fields: Any) -> Json:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "web"}, **fields}


async def test_an_application_is_accepted_and_stays_at_peace(scene: Scene) -> None:
    name = await scene.resource(write(application()))
    resource = await scene.until_resource(name)
    assert resource["status"]["progress"] == "6/6"
    mark = scene.plane.audit.mark()
    await scene.request(name, "again")
    mine = [entry for entry in await scene.plane.audit.since(mark) if "fieldManager=vidra" in entry.uri]
    # On request the API server is asked what an apply would change (dry run); nothing is written.
    assert [entry for entry in mine if entry.namespace == scene.namespace and "dryRun=All" not in entry.uri] == []
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)


async def test_one_of_two_ports_of_the_same_number_can_be_taken_away(scene: Scene) -> None:
    bodies = application()
    name = await scene.resource(write(bodies))
    await scene.until_resource(name)
    bodies[2]["spec"]["template"]["spec"]["containers"][0]["ports"].pop(0)
    bodies[3]["spec"]["ports"].pop(0)
    await scene.resource(write(bodies), name=name)
    await scene.until_resource(name)
    deployment = await scene.get(await scene.kind("apps/v1", "Deployment"), "web", namespace=scene.namespace)
    service = await scene.get(await scene.kind("v1", "Service"), "web", namespace=scene.namespace)
    assert deployment is not None
    assert service is not None
    ports = deployment["spec"]["template"]["spec"]["containers"][0]["ports"]
    assert [port["name"] for port in ports] == ["dns-tcp"]
    assert [port["name"] for port in service["spec"]["ports"]] == ["dns-tcp"]


async def test_objects_dumped_from_a_cluster_apply_as_they_are(scene: Scene) -> None:
    first = await scene.resource(write([config_map("box", colour="red"), application()[2]]))
    await scene.until_resource(first)
    dump = await scene.plane.kubectl(
        "-n", scene.namespace, "get", "configmap/box", "deployment/web", "-o", "yaml", "--show-managed-fields"
    )
    await scene.delete(RESOURCES, first)
    await scene.until_gone(RESOURCES, first)
    assert "managedFields" in dump.stdout
    assert "resourceVersion" in dump.stdout
    second = await scene.resource(dump.stdout)
    resource = await scene.until_resource(second)
    assert resource["status"]["progress"] == "2/2"
    box = await scene.get(await scene.kind("v1", "ConfigMap"), "box", namespace=scene.namespace)
    assert box is not None
    assert box["data"] == {"colour": "red"}


async def test_json_and_lists_apply_like_yaml(scene: Scene) -> None:
    name = await scene.resource(
        '{"apiVersion": "v1", "kind": "List", "items": ['
        '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}},'
        '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "two"}}]}'
    )
    resource = await scene.until_resource(name)
    assert [entry["name"] for entry in resource["status"]["managedResources"]] == ["one", "two"]


async def test_an_artifact_with_an_application_reaches_the_cluster(scene: Scene) -> None:
    scene.infrahub.add_artifact("Application", write(application()))
    sync = await scene.until_sync(await scene.sync("Application"))
    assert sync["status"]["objects"] == 6
