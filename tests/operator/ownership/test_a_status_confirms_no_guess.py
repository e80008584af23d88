"""Nobody who reads a status can try out what is in a Secret; who upgrades, or loses the key, applies nothing again."""

from collections.abc import Awaitable, Callable

import msgspec
import pytest

from testkit.digests import DIGESTS
from testkit.environment import RESOURCES, Check, Json, Scene
from testkit.objects import config_map
from testkit.once import Once, ended, job
from testkit.operating import Operating
from vidra.apply.desired.digest import LENGTH
from vidra.apply.desired.object import DesiredObject, build_desired_object
from vidra.apply.field_owner import Owner, hub_of
from vidra.controllers.runtime.digest_key import NAME
from vidra.kube.discovery import Kind
from vidra.manifests import read
from vidra.manifests.write import write

CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
NAMESPACES = Kind("v1", "Namespace", "namespaces", namespaced=False)
SECRETS = Kind("v1", "Secret", "secrets", namespaced=True)
HOME = "vidra-system"


def pin(value: str) -> str:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "pin"}, "stringData": {"pin": value}}
    return write([secret])


def digests(item: Json) -> dict[str, str]:
    """By the name of the object."""
    return {entry["name"]: entry.get("revision", "").partition("-")[0] for entry in item["status"]["managedResources"]}


async def computed(scene: Scene, name: str, text: str) -> dict[str, DesiredObject]:
    """What anybody can compute who knows everything but the key."""
    system = await scene.get(NAMESPACES, "kube-system")
    assert system is not None
    owner, found = Owner(hub_of(system["metadata"]["uid"]), name), {}
    for item in read(text.encode()).objects:
        kind = await scene.kind(item.ref.api_version, item.ref.kind)
        found[item.ref.name] = build_desired_object(item, kind, "", scene.namespace, owner, digests=DIGESTS)
    return found


async def test_a_digest_is_none_that_a_reader_can_compute(own_scene: Scene, own_operator: Operating) -> None:
    scene = own_scene
    name = await scene.resource(pin("1234"))
    before = digests(await scene.until_resource(name))["pin"]
    guess = (await computed(scene, name, pin("1234")))["pin"]
    assert before not in guess.all_digests
    assert len(before) == LENGTH
    await scene.resource(pin("4321"), name=name)
    await scene.until_resource(name, lambda item: digests(item)["pin"] not in {"", before})
    await own_operator.stop()
    await own_operator.start()
    await scene.resource(pin("1234"), name=name)
    await scene.until_resource(name, lambda item: digests(item)["pin"] == before)
    key = await scene.get(SECRETS, NAME, namespace=HOME)
    assert key is not None
    assert key["immutable"]


async def upgraded(scene: Scene, name: str, text: str) -> Check:
    """The digests are those of an earlier version; returns how they are after it."""
    found = await scene.get(RESOURCES, name)
    assert found is not None
    known = await computed(scene, name, text)
    entries = found["status"]["managedResources"]
    for entry in entries:
        plain = known[entry["name"]].formers[0]
        entry["revision"] = plain + entry["revision"][LENGTH:]
    await scene.client.send(
        "PATCH",
        f"{RESOURCES.path(name=name)}/status",
        body=msgspec.json.encode({"status": {"managedResources": entries}}),
        content_type="application/merge-patch+json",
    )
    return lambda item: all(len(digest) == LENGTH for digest in digests(item).values())


async def lost(scene: Scene, name: str, text: str) -> Check:  # noqa: ARG001
    """Somebody deleted the key."""
    await scene.delete(SECRETS, NAME, namespace=HOME)
    return lambda _: True


async def spoiled(scene: Scene, name: str, text: str) -> Check:
    """Something else has its name."""
    check = await lost(scene, name, text)
    await scene.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": NAME, "namespace": HOME}})
    return check


@pytest.mark.parametrize("suspended", [False, True])
async def test_an_upgrade_seals_what_a_status_shows(own_scene: Scene, own_operator: Operating, suspended: bool) -> None:
    scene = own_scene
    name = await scene.resource(pin("1234"), suspend=False)
    before = digests(await scene.until_resource(name))
    await own_operator.stop()
    await scene.resource(pin("1234"), name=name, suspend=suspended)
    sealed = await upgraded(scene, name, pin("1234"))
    await own_operator.start()
    found = await scene.until_resource(name, sealed)
    guess = (await computed(scene, name, pin("1234")))["pin"]
    assert digests(found)["pin"] not in {before["pin"], *guess.all_digests}


Happens = Callable[[Scene, str, str], Awaitable[Check]]
FIRST = job(ttlSecondsAfterFinished=600)
SECOND = FIRST.replace("a: b", "a: c")


@pytest.mark.faces(2)
@pytest.mark.parametrize("happens", [upgraded, lost, spoiled])
async def test_nothing_is_applied_or_run_again(own_scene: Scene, own_operator: Operating, happens: Happens) -> None:
    scene, once = own_scene, Once(own_scene)
    name = await scene.resource(FIRST, driftPolicy="Report")
    await scene.until_resource(name)
    await once.end()
    await scene.until_resource(name, ended("Succeeded"))
    await once.gone()
    await own_operator.stop()
    settled = await happens(scene, name, FIRST)
    body = config_map("rest", a="edited")
    await scene.client.send(
        "PATCH",
        CONFIG_MAPS.path(scene.namespace, "rest"),
        body=msgspec.json.encode({"data": body["data"]}),
        content_type="application/merge-patch+json",
    )
    mark = scene.plane.audit.mark()
    await own_operator.start()
    await scene.until_resource(name, settled)
    await scene.request(name, "now")
    assert await _written(scene, mark) == set()
    found = await scene.get(CONFIG_MAPS, "rest", namespace=scene.namespace)
    assert found is not None
    assert found["data"] == {"a": "edited"}, "the policy leaves it as it is"
    await scene.resource(SECOND, name=name, driftPolicy="Report")
    await scene.until(CONFIG_MAPS, "rest", lambda item: bool(item["data"] == {"a": "c"}), namespace=scene.namespace)
    await scene.until_resource(name)
    assert await _written(scene, mark) == {"configmaps"}
    assert await once.live() is None


async def _written(scene: Scene, mark: int) -> set[str]:
    """The kinds of objects that were written."""
    entries = await scene.plane.audit.since(mark)
    return {
        entry.resource
        for entry in entries
        if entry.resource in {"configmaps", "jobs"}
        and entry.verb in {"create", "patch", "update", "delete"}
        and entry.code < 300
        and "dryRun" not in entry.uri
        and f"/namespaces/{scene.namespace}/" in entry.uri
    }
