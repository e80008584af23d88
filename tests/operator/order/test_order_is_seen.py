"""Holding a field is not having its value: items in another order are noticed, told, and put back."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from testkit.environment import Json, Scene
from testkit.objects import config_map, custom, definition, service
from testkit.operating import Operating
from vidra.kube.client import encode
from vidra.kube.discovery import Kind
from vidra.kube.errors import ApiError
from vidra.manifests.write import write

AT_ONCE = {"reconcileOnEvents": True}
GROUP = "order.example.com"


def shop() -> Json:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "it"},
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": {"app": "shop"}},
            "template": {
                "metadata": {"labels": {"app": "shop"}},
                "spec": {
                    "initContainers": [{"name": "prepare", "image": "tool:1"}, {"name": "migrate", "image": "tool:1"}],
                    "containers": [
                        {
                            "name": "shop",
                            "image": "shop:1",
                            "env": [{"name": "BASE", "value": "10"}, {"name": "URL", "value": "http://host-$(BASE)"}],
                        }
                    ],
                },
            },
        },
    }


def firewall() -> Json:
    return custom(GROUP, "Firewall", "it", rules=[{"id": 1, "allow": "ssh"}, {"id": 2, "allow": "none"}])


def lists(item: Json) -> list[list[Any]]:
    """Names, in order, of all lists that matter here."""
    spec = item["spec"]
    if item["kind"] == "Deployment":
        inner = spec["template"]["spec"]
        return [[one["name"] for one in inner[key]] for key in ("initContainers",)] + [
            [one["name"] for one in inner["containers"][0]["env"]]
        ]
    return [[one.get("id") or one["name"] for one in spec.get("rules") or spec["ports"]]]


async def define(scene: Scene) -> None:
    crd = definition(GROUP, "Firewall")
    [version] = crd["spec"]["versions"]
    rule = {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "allow": {"type": "string"}},
        "required": ["id"],
    }
    rules = {
        "type": "array",
        "items": rule,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["id"],
    }
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"rules": rules}}}}
    version["schema"]["openAPIV3Schema"] = schema
    await scene.apply(crd)


async def given(scene: Scene, body: Json, **spec: Any) -> tuple[Kind, str]:
    if body["kind"] == "Firewall":
        await define(scene)
    name = await scene.resource(write([body]), **spec)
    await scene.until_resource(name)
    scene.discovery.forget()
    return await scene.kind(body["apiVersion"], body["kind"]), name


async def reverse(scene: Scene, kind: Kind, **more: str) -> Json:
    """As `kubectl get | edit | kubectl replace` does it; again when a controller wrote the status meanwhile."""
    while True:
        live = await scene.get(kind, "it", namespace=scene.namespace)
        assert live is not None
        spec = live["spec"]
        if kind.kind == "Deployment":
            inner = spec["template"]["spec"]
            inner["initContainers"].reverse()
            inner["containers"][0]["env"].reverse()
        else:
            (spec.get("rules") or spec["ports"]).reverse()
        live["metadata"].setdefault("annotations", {}).update(more)
        path = kind.path(scene.namespace, "it")
        try:
            await scene.client.send("PUT", path, query={"fieldManager": "kubectl-replace"}, body=encode(live))
        except ApiError as error:
            if error.code != 409:
                raise
        else:
            return live


@pytest.mark.parametrize("more", [{}, {"note": "and something of my own"}], ids=["alone", "with more"])
@pytest.mark.parametrize("made", [shop, firewall])
async def test_a_list_that_somebody_reordered_is_put_back_at_once(
    scene: Scene, made: Callable[[], Json], more: dict[str, str]
) -> None:
    kind, name = await given(scene, made(), destination=AT_ONCE)
    for _ in range(2):
        await reverse(scene, kind, **more)
        await scene.until(kind, "it", lambda item: lists(item) == lists(made()), namespace=scene.namespace)
    event = await scene.until_event(name, "DriftReverted")
    assert f"{kind.kind} {scene.namespace}/it" in event["message"]


async def test_without_events_it_is_put_back_at_the_interval(scene: Scene) -> None:
    kind, _ = await given(scene, shop(), interval="1s")
    await reverse(scene, kind)
    await scene.until(kind, "it", lambda item: lists(item) == lists(shop()), namespace=scene.namespace)


async def test_it_is_reported_where_nothing_is_to_be_written(scene: Scene) -> None:
    kind, name = await given(scene, shop(), destination=AT_ONCE, driftPolicy="Report", interval="1s")
    there = await reverse(scene, kind)
    found = await scene.until_resource(name, lambda item: bool(item["status"].get("drifted")))
    [entry] = found["status"]["drifted"]
    assert entry["object"] == f"Deployment {scene.namespace}/it (apps/v1)"
    assert sorted(entry["fields"]) == [
        ".spec.template.spec.containers[shop].env",
        ".spec.template.spec.initContainers",
    ]
    assert entry["note"] == "in another order"
    assert "managers" not in entry, "nobody holds an order, so that nobody can be blamed for it"
    await scene.request(name, "now")
    live = await scene.get(kind, "it", namespace=scene.namespace)
    assert live is not None
    assert lists(live) == lists(there)
    await reverse(scene, kind)
    await scene.until_resource(name, lambda item: not item["status"].get("drifted"))


@pytest.mark.parametrize("made", [shop, service])
async def test_whoever_asks_for_a_pass_gets_a_look_at_everything(scene: Scene, made: Callable[[], Json]) -> None:
    kind, name = await given(scene, made())
    await reverse(scene, kind)
    await scene.request(name, "now")
    live = await scene.get(kind, "it", namespace=scene.namespace)
    assert live is not None
    assert lists(live) == lists(made())
    await scene.until_event(name, "DriftReverted")


async def test_a_restart_notices_what_happened_meanwhile(own_scene: Scene, own_operator: Operating) -> None:
    kind, _ = await given(own_scene, shop(), destination=AT_ONCE)
    await own_operator.stop()
    await reverse(own_scene, kind)
    await own_operator.start()
    await own_scene.until(kind, "it", lambda item: lists(item) == lists(shop()), namespace=own_scene.namespace)


async def test_a_value_under_vidras_own_name_is_seen(scene: Scene) -> None:
    kind, _ = await given(scene, shop(), destination=AT_ONCE)
    live = await scene.get(kind, "it", namespace=scene.namespace)
    assert live is not None
    [manager] = [entry["manager"] for entry in live["metadata"]["managedFields"] if entry["operation"] == "Apply"]
    other = copy.deepcopy(shop())
    other["metadata"]["namespace"] = scene.namespace
    other["metadata"] |= {key: live["metadata"][key] for key in ("labels", "annotations")}
    other["metadata"]["annotations"].pop("deployment.kubernetes.io/revision", None)
    other["spec"]["template"]["spec"]["containers"][0]["image"] = "evil:1"
    await scene.apply(other, manager=manager)
    await scene.until(
        kind,
        "it",
        lambda item: bool(item["spec"]["template"]["spec"]["containers"][0]["image"] == "shop:1"),
        namespace=scene.namespace,
    )


async def test_what_others_do_beside_it_is_looked_at_and_never_written(scene: Scene) -> None:
    kind, name = await given(scene, shop(), destination=AT_ONCE, interval="1s")
    await scene.request(name, "before")
    mark = scene.plane.audit.mark()
    for seconds in range(1, 4):
        theirs = {"spec": {"minReadySeconds": seconds, "progressDeadlineSeconds": 100 + seconds}}
        await scene.patch(kind, "it", theirs, namespace=scene.namespace)
    witness = await scene.resource(write([config_map("witness", colour="red")]), interval="1s")
    await scene.until_resource(witness)
    configs = await scene.kind("v1", "ConfigMap")
    for _ in range(2):
        await scene.patch(configs, "witness", {"data": {"colour": "blue"}}, namespace=scene.namespace)
        await scene.until(
            configs, "witness", lambda item: bool(item["data"] == {"colour": "red"}), namespace=scene.namespace
        )
    about = [
        entry
        for entry in await scene.plane.audit.since(mark)
        if (entry.name, entry.namespace) == ("it", scene.namespace) and "fieldManager=vidra%3A" in entry.uri
    ]
    assert about == []
