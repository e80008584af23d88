"""What kubectl shows of a VidraResource, an InfrahubSync and their Events."""

import asyncio

from testkit.environment import RESOURCES, Scene, condition, has_reason
from testkit.objects import config_map
from testkit.patience import HANG
from vidra.manifests.write import write

COLUMNS = ["NAME", "READY", "PROGRESS", "HEALTH", "CHANGED", "AGE", "STATUS"]
REFUSED = write([config_map("not a name")])


async def test_a_vidraresource_that_is_applied_says_so_in_every_field(scene: Scene) -> None:
    name = await scene.resource(write([config_map("one"), config_map("two")]))
    resource = await scene.until_resource(name)
    status = resource["status"]
    assert [(entry["type"], entry["status"], entry["reason"]) for entry in status["conditions"]] == [
        ("Ready", "True", "Applied")
    ]
    assert condition(resource)["message"] == "2 objects applied"
    assert status["observedGeneration"] == resource["metadata"]["generation"] == 1
    assert (status["objects"], status["readyObjects"], status["progress"]) == (2, 2, "2/2")
    assert status["DeployState"] == "Succeeded"
    assert status["lastSyncTime"].endswith("Z")
    assert not {"problems", "lastError"} & status.keys()
    assert [(entry["kind"], entry["name"]) for entry in status["managedResources"]] == [
        ("ConfigMap", "one"),
        ("ConfigMap", "two"),
    ]
    assert all(entry["uid"] and entry["revision"] for entry in status["managedResources"])


async def test_a_vidraresource_that_fails_says_what_and_where(scene: Scene) -> None:
    name = await scene.resource(REFUSED + write([config_map("one")]))
    resource = await scene.until_resource(name, has_reason("Refused"))
    status = resource["status"]
    assert condition(resource)["status"] == "False"
    assert (status["objects"], status["readyObjects"], status["DeployState"]) == (2, 1, "Failed")
    assert status["lastError"] == condition(resource)["message"] == status["problems"][0]["message"]
    assert "metadata.name" in status["lastError"]


async def test_a_new_spec_is_observed_even_when_nothing_changes(scene: Scene) -> None:
    name = await scene.resource(write([config_map("one")]))
    await scene.until_resource(name)
    await scene.resource(write([config_map("one")]) + "# a remark\n", name=name)
    resource = await scene.until_resource(name)
    assert resource["status"]["observedGeneration"] == 2


async def test_kubectl_waits_for_ready_and_lists_the_state(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", write([config_map("one")]))
    sync = await scene.sync("Colours")
    await scene.plane.kubectl("wait", "--for=condition=Ready", f"infrahubsync/{sync}", f"--timeout={HANG:g}s")
    bad = await scene.resource(REFUSED)
    await scene.until_resource(bad, has_reason("Refused"))
    syncs, resources = await asyncio.gather(
        scene.plane.kubectl("get", "infrahubsyncs", sync), scene.plane.kubectl("get", "vidraresources")
    )
    header, row = syncs.stdout.splitlines()
    assert header.split() == COLUMNS
    assert row.split()[:4] == [sync, "True", "1/1", "Current"]
    rows = {line.split()[0]: line for line in resources.stdout.splitlines()}
    assert rows["NAME"].split() == COLUMNS
    assert rows[bad].split()[1:3] == ["False", "0/1"]
    assert "not a name" in rows[bad]
    (mine,) = [rows[item["metadata"]["name"]] for item in await scene.resources_of(sync)]
    assert mine.split()[1:3] == ["True", "1/1"]


async def test_events_tell_of_changes_and_failures_once(scene: Scene) -> None:
    name = await scene.resource(write([config_map("one"), config_map("two")]), interval="1s")
    await scene.until_resource(name)
    first = await scene.until_event(name, "Applied")
    assert (first["type"], first["message"]) == ("Normal", "2 of 2 objects applied")
    await scene.resource(REFUSED + write([config_map("two")]), name=name, interval="1s")
    await scene.until_resource(name, has_reason("Refused"))
    refused = await scene.until_event(name, "Refused")
    assert refused["type"] == "Warning"
    for value in ("one", "two", "three"):
        await scene.request(name, value)
    await scene.resource(write([config_map("two")]), name=name, interval="1s")
    await scene.until_resource(name)
    for value in ("four", "five", "six"):
        await scene.request(name, value)
    witness = await scene.resource(REFUSED)
    await scene.until_event(witness, "Refused")  # Events are written in the order of what they tell
    told = sorted((event["reason"], event["message"]) for event in await scene.events_about(name))
    assert [reason for reason, _ in told] == ["Applied", "Applied", "Refused"]
    assert told[0][1] == "1 pruned"


async def test_a_vidraresource_that_is_deleted_says_what_it_waits_for(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    name = await scene.resource(write([config_map("slow")]), deletionPolicy="WaitForTermination")
    await scene.until_resource(name)
    await scene.patch(configs, "slow", {"metadata": {"finalizers": ["example.com/x"]}}, namespace=scene.namespace)
    await scene.delete(RESOURCES, name)
    resource = await scene.until_resource(name, lambda item: condition(item).get("reason") == "Deleting")
    assert condition(resource, "Reconciling")["status"] == "True"
    assert "finalizers" in condition(resource)["message"]
    await scene.patch(configs, "slow", {"metadata": {"finalizers": None}}, namespace=scene.namespace)
    await scene.until_gone(RESOURCES, name)
