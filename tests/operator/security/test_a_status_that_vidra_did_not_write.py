"""Who may write statuses, and nothing else, has nothing deleted, taken over, or called what it is not."""

from typing import Any

import msgspec
import pytest

from testkit.environment import OWN, RESOURCES, SECRETS, Json, Scene, condition, has_reason
from testkit.managed_fields import empty_managed_fields
from testkit.objects import config_map, deployment, namespace
from testkit.operating import Operating
from testkit.somebody import somebody
from vidra.api.names import API_VERSION, GROUP
from vidra.controllers.runtime.digest_key import NAME
from vidra.kube.client import MERGE_PATCH, encode
from vidra.manifests.write import write

STATUS = ({"apiGroups": [GROUP], "resources": ["vidraresources/status"], "verbs": ["patch"]},)
MINE = config_map("mine", a="b")


async def forged(scene: Scene, name: str, **status: Any) -> None:
    """Somebody writes into a status, with the right to that and no other."""
    async with somebody(scene, everywhere=STATUS) as person:
        body = encode({"status": status})
        await person.client.send("PATCH", RESOURCES.path("", name, "status"), body=body, content_type=MERGE_PATCH)


async def found(scene: Scene, name: str) -> Json | None:
    return await scene.get(await scene.kind("v1", "ConfigMap"), name, namespace=scene.namespace)


def ready(item: Json) -> list[Json]:
    """The conditions, as if all was well."""
    conditions = item["status"]["conditions"]
    return [
        {**one, "status": "True", "reason": "Applied", "message": ""} if one["type"] == "Ready" else one
        for one in conditions
    ]


async def test_ready_is_not_what_somebody_writes_while_wait_waits(scene: Scene) -> None:
    name = await scene.resource(write([deployment("never"), MINE]), wait=True)
    before = await scene.until_resource(name, has_reason("WaitingForHealth"))
    wanted = [{"name": name, "apiVersion": API_VERSION, "kind": "VidraResource"}]
    later = await scene.resource(write([config_map("later")]), dependsOn=wanted)
    await scene.until_resource(later, has_reason("DependencyNotReady"))
    await forged(scene, name, conditions=ready(before), appliedChecksum="x")
    after = await scene.until_resource(name, has_reason("WaitingForHealth"))
    assert after["status"]["conditions"] == before["status"]["conditions"]
    assert "somebody else wrote the status" in (await scene.until_event(name, "StatusNotOurs"))["message"]
    assert await found(scene, "later") is None


@pytest.mark.parametrize(
    "status",
    [{"managedResources": None}, {"managedResources": [], "conditions": None, "observedGeneration": 0}],
    ids=["emptied", "as if it was new"],
)
async def test_an_inventory_that_somebody_empties_is_known_all_the_same(scene: Scene, status: Json) -> None:
    name = await scene.resource(write([MINE]))
    before = await scene.until_resource(name)
    await forged(scene, name, **status)
    after = await scene.until_resource(name, lambda item: bool(item["status"].get("managedResources")))
    for each in ("managedResources", "conditions", "observedGeneration"):
        assert after["status"][each] == before["status"][each]
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    assert await found(scene, "mine") is None


async def wiped(scene: Scene, item: Json) -> Json:
    """An object of somebody else of which nobody holds anything."""
    made = await scene.apply(item)
    kind = await scene.kind("v1", "ConfigMap")
    await empty_managed_fields(scene.client, kind.path(scene.namespace, item["metadata"]["name"]))
    return made


async def test_what_somebody_writes_while_no_operator_is_there_is_no_claim(
    own_scene: Scene, own_operator: Operating
) -> None:
    """The objects of strangers stay, whatever is done; what is Vidra's own stays its own, and costs no apply."""
    scene, place = own_scene, f"{own_scene.namespace}-place"
    joined = namespace(place)
    await scene.apply({**joined, "metadata": {"name": place, "labels": {"theirs": "yes"}}})
    name = await scene.resource(write([MINE, joined]), adoption="Never")
    before = await scene.until_resource(name)
    entries = {entry["name"]: entry for entry in before["status"]["managedResources"]}
    prizes = {
        each: (await wiped(scene, config_map(each, scene.namespace, a="theirs")))["metadata"]["uid"]
        for each in ("named", "unnamed")
    }
    await own_operator.stop()
    await scene.resource(write([MINE, joined, config_map("named", a="mine")]), name=name, adoption="Never")
    listed = [{**entries["mine"], "name": each, "uid": uid} for each, uid in prizes.items()]
    thrice = [{**entries["mine"], "name": f"more-{number}", "uid": f"{number}"} for number in range(3)]
    await forged(
        scene,
        name,
        managedResources=[entries["mine"], {**entries[place], "joined": False}, *listed, *thrice],
        heldPrune={"id": "x", "objects": 1, "of": 1, "approved": True},
    )
    mark = scene.plane.audit.mark()
    await own_operator.start()
    told = await scene.until_resource(name, has_reason("NotOwned"))
    assert "named" in condition(told)["message"]
    assert place in (await scene.until_event(name, "StatusNotOurs"))["message"]
    assert {entry["name"]: entry.get("joined") for entry in told["status"]["managedResources"]}[place] is True
    sent = await scene.plane.audit.since(mark)
    assert not [entry for entry in sent if entry.name == "mine" and entry.verb in {"patch", "update", "delete"}]
    await scene.resource(write([MINE, joined]), name=name, adoption="Never")
    await scene.until_resource(name, lambda item: len(item["status"]["managedResources"]) == 2)
    assert "named" in (await scene.until_event(name, "Kept"))["message"]
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    for each, uid in prizes.items():
        left = await found(scene, each) or {}
        assert (left["metadata"]["uid"], left["data"]) == (uid, {"a": "theirs"})
    assert await found(scene, "mine") is None
    assert await scene.get(await scene.kind("v1", "Namespace"), place)


@pytest.mark.parametrize("how", ["an earlier version", "another key", "suspended"])
async def test_a_status_without_a_right_seal_costs_one_write_and_loses_nothing(
    own_scene: Scene, own_operator: Operating, how: str
) -> None:
    scene, place = own_scene, f"{own_scene.namespace}-{how.replace(' ', '-')}"
    items = [MINE, namespace(place), config_map("goes", a="b")]
    name = await scene.resource(write(items))
    before = await scene.until_resource(name)
    if how == "suspended":
        await scene.resource(write(items), name=name, suspend=True)
        await scene.until_resource(name, has_reason("Suspended"))
    await own_operator.stop()
    if how != "another key":
        await scene.client.send(
            "PATCH", RESOURCES.path("", name, "status"), body=b'{"status": {"seal": null}}', content_type=MERGE_PATCH
        )
    else:
        await scene.delete(SECRETS, NAME, namespace=OWN)
    mark = scene.plane.audit.mark()
    await own_operator.start()
    unsealed = {"", before["status"]["seal"] if how == "another key" else ""}
    await scene.until_resource(name, lambda item: item["status"].get("seal", "") not in unsealed)
    await scene.resource(write(items), name=name, suspend=False)
    after = await scene.request(name, "now")
    sent = [entry for entry in await scene.plane.audit.since(mark) if entry.verb in {"create", "patch", "delete"}]
    names = {"mine", "goes", place}
    assert not [entry for entry in sent if entry.name in names and "dryRun" not in entry.uri]
    uids = [[entry["uid"] for entry in item["status"]["managedResources"]] for item in (before, after)]
    assert uids[0] == uids[1]
    assert not any(entry.get("joined") for entry in after["status"]["managedResources"])
    await scene.resource(write(items[:2]), name=name)
    await scene.until_resource(name, lambda item: len(item["status"]["managedResources"]) == 2)
    assert await found(scene, "goes") is None
    assert msgspec.json.encode(await scene.events_about(name)).count(b"StatusNotOurs") == 0
