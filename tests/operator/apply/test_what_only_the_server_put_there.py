"""An apply that was refused for a field that no manifest has is put right: defaults, other versions, emptied maps."""

from typing import Any

import pytest

from testkit.environment import Json, Scene, condition, established, has_reason
from testkit.objects import config_map
from vidra.manifests.write import write

DEFINITIONS = "apiextensions.k8s.io/v1"
IMAGE = "registry.example.com/s:1"


def workload(kind: str, container: Json | None = None, *, pod: Json | None = None, **spec: Any) -> Json:
    labels = {"app": "single"}
    inside = {"containers": [{"name": "s", "image": IMAGE, **(container or {})}], **(pod or {})}
    template = {"metadata": {"labels": labels}, "spec": inside}
    full = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template, **spec}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "single"}, "spec": full}


def volume(**source: Any) -> Json:
    return workload("Deployment", pod={"volumes": [{"name": "data", **source}]})


def probe(**what: Any) -> Json:
    return workload("Deployment", {"livenessProbe": what})


RECREATE = {"type": "Recreate"}
UNIONS: dict[str, tuple[Json, Json, str]] = {
    "a strategy": (workload("Deployment"), workload("Deployment", strategy=RECREATE), "strategy"),
    "a strategy with a null": (
        workload("Deployment"),
        workload("Deployment", strategy={**RECREATE, "rollingUpdate": None}),
        "strategy",
    ),
    "a stateful strategy": (
        workload("StatefulSet", serviceName="s"),
        workload("StatefulSet", serviceName="s", updateStrategy={"type": "OnDelete"}),
        "updateStrategy",
    ),
    "a volume": (volume(), volume(persistentVolumeClaim={"claimName": "data"}), "template"),
    "a volume from a map": (volume(), volume(configMap={"name": "settings"}), "template"),
    "a probe": (probe(httpGet={"port": 80}), probe(tcpSocket={"port": 80}), "template"),
}


async def live(scene: Scene, body: Json) -> Json:
    kind = await scene.kind(body["apiVersion"], body["kind"])
    found = await scene.get(kind, body["metadata"]["name"], namespace=scene.namespace)
    assert found is not None
    return found


async def applied(scene: Scene, *bodies: Json, name: str = "") -> str:
    name = await scene.resource(write(list(bodies)), name=name)
    await scene.until_resource(name)
    return name


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    return value


@pytest.mark.faces(2)
@pytest.mark.parametrize(("first", "then", "where"), UNIONS.values(), ids=UNIONS)
async def test_a_default_gives_way_to_what_excludes_it(scene: Scene, first: Json, then: Json, where: str) -> None:
    name = await applied(scene, first, config_map("beside", step="1"))
    before = await live(scene, first)
    await applied(scene, then, config_map("beside", step="2"), name=name)
    after = await live(scene, then)
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    if where != "template":
        assert after["spec"][where] == without_nulls(then["spec"][where])
    for value in ("one", "two"):
        assert condition(await scene.request(name, value))["reason"] == "Applied"
    generation = (await live(scene, then))["metadata"]["generation"]
    assert generation == after["metadata"]["generation"]
    await applied(scene, first, config_map("beside", step="3"), name=name)


async def test_a_refusal_that_lasts_costs_no_write(scene: Scene) -> None:
    name = await applied(scene, workload("Deployment"), config_map("beside", step="1"))
    bad = workload("Deployment", strategy={"type": "Recreate", "rollingUpdate": {"maxSurge": 1}})
    await scene.resource(write([bad, config_map("beside", step="2")]), name=name)
    assert "rollingUpdate" in condition(await scene.until_resource(name, has_reason("Refused")))["message"]
    before = await live(scene, bad)
    for value in ("one", "two"):
        await scene.request(name, value)
    after = await live(scene, bad)
    assert after["metadata"]["managedFields"] == before["metadata"]["managedFields"]
    assert (await live(scene, config_map("beside")))["data"] == {"step": "2"}
    await applied(scene, workload("Deployment"), name=name)


async def test_what_another_owner_wants_does_not_give_way(scene: Scene) -> None:
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}
    first = await applied(scene, workload("Deployment", strategy=rolling))
    second = await scene.resource(write([workload("Deployment", strategy=RECREATE)]))
    await scene.until_resource(second, has_reason("Conflict"))
    assert (await live(scene, workload("Deployment")))["spec"]["strategy"]["rollingUpdate"]["maxSurge"] == 1
    assert condition(await scene.request(first, "now"))["reason"] == "Applied"


async def define(scene: Scene, kind: str, versions: dict[str, Json]) -> str:
    group = f"g{abs(hash(scene.namespace)) % 10**8}.example.com"
    plural = f"{kind.lower()}s"
    served = [
        {
            "name": name,
            "served": True,
            "storage": name == list(versions)[-1],
            "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": schema}}},
        }
        for name, schema in versions.items()
    ]
    names = {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()}
    await scene.apply(
        {
            "apiVersion": DEFINITIONS,
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.{group}"},
            "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": served},
        }
    )
    definitions = await scene.kind(DEFINITIONS, "CustomResourceDefinition")
    await scene.until(definitions, f"{plural}.{group}", established)
    scene.discovery.forget()
    return group


def typed(**properties: Json) -> Json:
    return {"type": "object", "properties": properties}


HEAL = typed(heal={"type": "boolean"})
ROBOT = typed(
    policy=typed(auto=HEAL),
    tags={"type": "object", "additionalProperties": {"type": "string"}},
    arms={"type": "array", "items": {"type": "string"}},
)
EMPTIED: dict[str, tuple[Json, Json]] = {
    "a map": ({"policy": {"auto": {"heal": True}}}, {"policy": {"auto": {}}}),
    "a map of maps": ({"policy": {"auto": {"heal": True}}}, {"policy": {}}),
    "the whole": ({"policy": {"auto": {"heal": True}}}, {}),
    "a map of texts": ({"tags": {"a/b": "c", "d": "e"}}, {"tags": {}}),
    "a list": ({"arms": ["left", "right"]}, {"arms": []}),
}


@pytest.mark.faces(2)
@pytest.mark.parametrize(("first", "then"), EMPTIED.values(), ids=EMPTIED)
async def test_what_becomes_empty_is_empty(scene: Scene, first: Json, then: Json) -> None:
    group = await define(scene, "Robot", {"v1": ROBOT})

    def robot(spec: Json) -> Json:
        return {"apiVersion": f"{group}/v1", "kind": "Robot", "metadata": {"name": "r"}, "spec": spec}

    name = await applied(scene, robot(first))
    await applied(scene, robot(then), name=name)
    after = await live(scene, robot(then))
    assert after["spec"] == then
    assert {entry["operation"] for entry in after["metadata"]["managedFields"]} == {"Apply"}
    await applied(scene, robot({}), name=name)
    assert (await live(scene, robot(then)))["spec"] == {}
    await applied(scene, robot(first), name=name)
    assert (await live(scene, robot(first)))["spec"] == first


GATE = typed(port={"type": "string"})
NEWER = typed(port={"type": "string"}, access={"type": "string", "default": "deny"})


@pytest.mark.faces(1)
@pytest.mark.parametrize("others", [[], ["kubectl"], ["vidra:elsewhere:x"]], ids=str)
async def test_a_newer_version_with_a_default_is_applied(scene: Scene, others: list[str]) -> None:
    group = await define(scene, "Gate", {"v1beta1": GATE, "v1beta3": NEWER})

    def gate(version: str, port: str) -> Json:
        return {"apiVersion": f"{group}/{version}", "kind": "Gate", "metadata": {"name": "g"}, "spec": {"port": port}}

    name = await applied(scene, gate("v1beta1", "mgmt"))
    before = await live(scene, gate("v1beta3", ""))
    for manager in others:
        body = gate("v1beta1", "mgmt")
        del body["spec"]
        body["metadata"] |= {"namespace": scene.namespace, "annotations": {"by": manager}}
        await scene.apply(body, manager=manager)
    if others:
        # Their entries are of the old version too.
        assert "v1beta1" in str((await live(scene, gate("v1beta3", "")))["metadata"]["managedFields"])
    await applied(scene, gate("v1beta3", "mgmt"), name=name)
    after = await live(scene, gate("v1beta3", ""))
    assert after["spec"] == {"access": "deny", "port": "mgmt"}
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    mine = next(entry for entry in after["metadata"]["managedFields"] if name in entry["manager"])
    assert mine["apiVersion"] == f"{group}/v1beta3"
    await applied(scene, gate("v1beta3", "data"), name=name)
    assert (await live(scene, gate("v1beta3", "")))["spec"] == {"access": "deny", "port": "data"}


async def test_a_field_leaves_with_the_version_that_is_not_served_any_more(scene: Scene) -> None:
    older, newer = (
        typed(port={"type": "string"}, note={"type": "string"}),
        typed(port={"type": "string"}, note={"type": "string"}, access={"type": "string", "default": "deny"}),
    )
    group = await define(scene, "Door", {"v1beta1": older, "v1beta3": newer})

    def door(version: str, **spec: str) -> Json:
        return {"apiVersion": f"{group}/{version}", "kind": "Door", "metadata": {"name": "d"}, "spec": spec}

    name = await applied(scene, door("v1beta1", port="mgmt", note="old"))
    definitions = await scene.kind(DEFINITIONS, "CustomResourceDefinition")
    definition = await scene.get(definitions, f"doors.{group}")
    assert definition is not None
    versions = definition["spec"]["versions"]
    versions[0]["served"] = False
    await scene.patch(definitions, f"doors.{group}", {"spec": {"versions": versions}})
    await applied(scene, door("v1beta3", port="data"), name=name)
    assert (await live(scene, door("v1beta3")))["spec"] == {"access": "deny", "port": "data"}
