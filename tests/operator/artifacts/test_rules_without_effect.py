"""A rule of `ignoreDifferences` works wherever it leads in the manifest, or it is said that it leads nowhere."""

import base64
from typing import Any

import pytest

from testkit.environment import Json, Scene
from testkit.objects import config_map, secret
from vidra.manifests.write import write

AT_ONCE = {"reconcileOnEvents": True}


def rule(*pointers: str, **target: str) -> list[Json]:
    return [{"target": target, "jsonPointers": list(pointers)}] if target else [{"jsonPointers": list(pointers)}]


def text_of(item: Json | None, key: str) -> str:
    assert item is not None
    return base64.b64decode(item["data"][key]).decode()


async def warnings(scene: Scene, name: str) -> list[str]:
    return [event["message"] for event in await scene.events_about(name) if event["reason"] == "ManifestWarning"]


@pytest.mark.faces(2)
@pytest.mark.parametrize("pointer", ["/stringData/password", "/data/password", "/stringData", "/data"])
async def test_a_key_of_a_secret_is_left_alone_however_it_is_named(scene: Scene, pointer: str) -> None:
    ignore = rule(pointer, kind="Secret", name="login")
    first, second = (secret("login", user=user, password="initial") for user in ("admin", "root"))
    name = await scene.resource(write([first]), destination=AT_ONCE, ignoreDifferences=ignore)
    await scene.until_resource(name)
    kind = await scene.kind("v1", "Secret")
    await scene.patch(kind, "login", {"stringData": {"password": "rotated"}}, namespace=scene.namespace)
    await scene.request(name, "one")
    assert text_of(await scene.get(kind, "login", namespace=scene.namespace), "password") == "rotated"
    await scene.resource(write([second]), name=name, destination=AT_ONCE, ignoreDifferences=ignore)
    await scene.request(name, "two")
    live = await scene.get(kind, "login", namespace=scene.namespace)
    assert text_of(live, "password") == "rotated"
    assert text_of(live, "user") == ("root" if pointer.endswith("password") else "admin")
    assert await warnings(scene, name) == []


async def test_a_key_beside_data_is_left_alone_and_data_is_not(scene: Scene) -> None:
    body = {**secret("login", password="initial"), "data": {"user": base64.b64encode(b"admin").decode()}}
    name = await scene.resource(write([body]), ignoreDifferences=rule("/stringData", kind="Secret"))
    await scene.until_resource(name)
    kind = await scene.kind("v1", "Secret")
    changed = {"stringData": {"password": "rotated", "user": "evil"}}
    await scene.patch(kind, "login", changed, namespace=scene.namespace)
    await scene.request(name, "now")
    live = await scene.get(kind, "login", namespace=scene.namespace)
    assert (text_of(live, "password"), text_of(live, "user")) == ("rotated", "admin")


@pytest.mark.faces(2)
@pytest.mark.parametrize(
    ("ignore", "words"),
    [
        (rule("/data/nowhere", kind="ConfigMap"), "/data/nowhere has no effect"),
        (rule("/spec/replicas"), "/spec/replicas has no effect"),
        (rule("/data/colour/deeper", kind="ConfigMap"), "/data/colour/deeper has no effect"),
        (rule("/data/colour", kind="ConfigMap", name="bix"), "means no object"),
        (rule("/data/colour", group="apps", kind="ConfigMap"), "means no object"),
        (rule("/metadata/labels/vidra.infrahub.operators.com~1managed", kind="ConfigMap"), "Vidra sets it"),
    ],
)
async def test_a_rule_that_leads_nowhere_is_said_once(scene: Scene, ignore: Any, words: str) -> None:
    name = await scene.resource(write([config_map("box", colour="red")]), ignoreDifferences=ignore)
    await scene.until_resource(name)
    event = await scene.until_event(name, "ManifestWarning")
    assert event["type"] == "Warning"
    assert words in event["message"]
    await scene.request(name, "now")
    assert len(await warnings(scene, name)) == 1


async def test_a_rule_for_what_only_the_cluster_has_is_no_mistake(scene: Scene) -> None:
    service: Json = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
    }
    ignore = rule("/spec/sessionAffinity", kind="Service")
    name = await scene.resource(write([service]), ignoreDifferences=ignore)
    await scene.until_resource(name)
    await scene.request(name, "now")
    assert await warnings(scene, name) == []
