"""Prometheus sees how many syncs, VidraResources and objects there are, how they are, and what was done to them."""

import pytest

from testkit.environment import Scene, has_reason
from testkit.eventually import eventually
from testkit.infrahub.faults import Slow
from testkit.objects import config_map
from testkit.operating import Operating
from testkit.remote import BOX
from testkit.scraping import values
from testkit.trigger import ask
from vidra.manifests.write import write


def value(operating: Operating, name: str, *labels: str) -> float:
    """The value of one sample; -1 when it is not there yet."""
    return values(operating).get((name, labels), -1)


async def test_what_there_is_and_how_it_is(own_scene: Scene, own_operator: Operating) -> None:
    scene = own_scene
    scene.infrahub.add_artifact("Boxes", write([config_map("one"), config_map("two")]))
    await scene.until_sync(await scene.sync("Boxes", interval="1h"))
    bad = await scene.resource("kind: nonsense")
    await scene.until_resource(bad, has_reason("InvalidManifest"))
    refused = ("vidra_resources", ("VidraResource", "False", "InvalidManifest"))
    await eventually(lambda: values(own_operator).get(refused) == 1)
    found = values(own_operator)
    assert found["vidra_resources", ("InfrahubSync", "True", "Synced")] == 1
    assert found["vidra_resources", ("VidraResource", "True", "Applied")] == 1
    assert found["vidra_problems", ("InvalidManifest",)] == 1
    assert found["vidra_objects", ()] == 2
    assert found["vidra_health", ("Current",)] == 1
    assert found["vidra_clusters", ()] == 1
    assert found["vidra_objects_applied_total", ()] == 2
    assert found["vidra_artifact_downloads_total", ()] == 1
    assert found["vidra_overdue_syncs", ()] == 0


@pytest.mark.parametrize(
    ("policy", "sample"), [("Report", "vidra_drifted_objects"), ("Revert", "vidra_drift_reverted_total")]
)
async def test_drift_is_counted(own_scene: Scene, own_operator: Operating, policy: str, sample: str) -> None:
    text = write([config_map("box", colour="red")])
    name = await own_scene.resource(text, driftPolicy=policy, destination={"reconcileOnEvents": True})
    await own_scene.until_resource(name)
    await eventually(lambda: values(own_operator)[sample, ()] == 0)
    configs = await own_scene.kind("v1", "ConfigMap")
    await own_scene.patch(configs, "box", {"data": {"colour": "blue"}}, namespace=own_scene.namespace)
    await own_scene.until_event(name, "Drifted" if policy == "Report" else "DriftReverted")
    await eventually(lambda: values(own_operator)[sample, ()] == 1)


async def test_an_infrahub_that_is_away_and_back(own_scene: Scene, own_operator: Operating) -> None:
    scene, host = own_scene, own_scene.infrahub.url.removeprefix("http://")
    scene.infrahub.add_artifact("Boxes", BOX)
    name = await scene.sync("Boxes", interval="1s")
    await scene.until_sync(name)
    await eventually(lambda: value(own_operator, "vidra_infrahub_up", host) == 1)
    await eventually(lambda: value(own_operator, "vidra_infrahub_requests_total", "200", host, "POST") >= 1)
    await scene.infrahub.stop()
    await scene.until_sync(name, has_reason("InfrahubUnreachable"))
    await eventually(lambda: value(own_operator, "vidra_infrahub_up", host) == 0)
    await eventually(lambda: value(own_operator, "vidra_infrahub_requests_total", "<error>", host, "POST") >= 1)
    await scene.infrahub.start()
    await scene.until_sync(name)
    await eventually(lambda: value(own_operator, "vidra_infrahub_up", host) == 1)


async def test_prunes_that_are_held_by_a_sync_and_by_a_vidraresource(own_scene: Scene, own_operator: Operating) -> None:
    many = [config_map(f"map-{number}") for number in range(12)]
    own_scene.infrahub.add_artifact("Maps", write([config_map("stays")]))
    gone = own_scene.infrahub.add_artifact("Maps", write(many))
    sync = await own_scene.sync("Maps", interval="1h")
    await own_scene.until_sync(sync)
    own_scene.infrahub.remove(gone)
    await ask(own_scene, sync)
    await own_scene.until_sync(sync, has_reason("PruneHeld"))
    await eventually(lambda: value(own_operator, "vidra_held_prunes") == 1)
    more = write([config_map(f"more-{number}") for number in range(12)])
    name = await own_scene.resource(more)
    await own_scene.until_resource(name)
    await own_scene.resource(write([config_map("more-0")]), name=name)
    await own_scene.until_resource(name, has_reason("PruneHeld"))
    await eventually(lambda: value(own_operator, "vidra_held_prunes") == 2)


async def test_a_suspended_sync_tells_nothing_of_its_infrahub(own_scene: Scene, own_operator: Operating) -> None:
    name = await own_scene.sync("Boxes", suspend=True)
    await own_scene.until_sync(name, has_reason("Suspended"))
    assert not [key for key in values(own_operator) if key[0] == "vidra_infrahub_up"]


async def test_a_sync_that_gets_no_list_is_overdue(own_scene: Scene, own_operator: Operating) -> None:
    own_scene.infrahub.add_artifact("Boxes", BOX)
    name = await own_scene.sync("Boxes", interval="1s")
    await own_scene.until_sync(name)
    own_scene.infrahub.faults.add(Slow(60), "/api/query/*")
    await eventually(lambda: value(own_operator, "vidra_overdue_syncs") == 1)
    await own_scene.sync("Boxes", name=name, interval="1s", suspend=True)
    await eventually(lambda: value(own_operator, "vidra_overdue_syncs") == 0)
    own_scene.infrahub.faults.clear()
