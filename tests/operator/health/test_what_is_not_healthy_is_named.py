"""What is applied and not healthy is named, with its own words, wherever somebody looks; and so is that it is over."""

import pytest

from testkit.command import vidra_with
from testkit.environment import Check, Json, Scene, condition, established
from testkit.objects import config_map, custom, definition
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

GROUP = "named.example.com"
DEFINITIONS = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced=False)
ENGINES = Kind(f"{GROUP}/v1", "Engine", "engines", namespaced=True)
BROKEN = "the shaft is broken"


@pytest.fixture(autouse=True)
async def engines(scene: Scene) -> None:
    """A kind whose controller is the test."""
    made = await scene.apply(definition(GROUP, "Engine"))
    await scene.until(DEFINITIONS, made["metadata"]["name"], established)


def engine(name: str) -> Json:
    return custom(GROUP, "Engine", name, cores=1)


async def says(scene: Scene, name: str, message: str, *, stalled: bool = False) -> None:
    """What the controller says of an engine: it failed, or is not ready yet; nothing: it is ready."""
    type_, status = ("Stalled", "True") if stalled else ("Ready", "False" if message else "True")
    found = {"type": type_, "status": status, "reason": "Said", "message": message}
    await scene.until(ENGINES, name, lambda _: True, namespace=scene.namespace)
    await scene.patch(ENGINES, name, {"status": {"conditions": [found]}}, namespace=scene.namespace)


def names(*messages: str) -> Check:
    """Whether exactly these messages are listed."""
    return lambda item: [each.get("message", "") for each in item["status"].get("unhealthy", ())] == list(messages)


async def test_a_failure_is_named_in_status_events_and_commands_and_so_is_its_end(scene: Scene) -> None:
    scene.infrahub.add_artifact("Engines", write([engine("big"), engine("small"), config_map("box")]))
    sync = await scene.sync("Engines", interval="1h")
    await says(scene, "big", BROKEN, stalled=True)
    await says(scene, "small", "it warms up")
    at = f"{scene.namespace}/big ({GROUP}/v1)"
    failed = f"Engine {at} is Failed ({BROKEN})"
    item = await scene.until_sync(sync, names(BROKEN, "it warms up"))
    assert condition(item)["status"] == "True"
    assert condition(item)["message"] == f"1 artifact with 3 objects applied; {failed}; and 1 more"
    [made] = await scene.resources_of(sync)
    name, status = made["metadata"]["name"], made["status"]
    assert condition(made)["message"] == f"3 objects applied; {failed}; and 1 more"
    assert status["unhealthy"][0] == {"object": f"Engine {at}", "health": "Failed", "message": BROKEN}
    assert (status["readyObjects"], status["healthyObjects"], status["unhealthyObjects"]) == (3, 1, 2)
    assert item["status"]["unhealthy"][0]["resource"] == name
    assert (item["status"]["healthyObjects"], item["status"]["unhealthyObjects"]) == (1, 2)
    for about in (sync, name):
        event = await scene.until_event(about, "Unhealthy")
        assert (event["type"], event["message"]) == ("Warning", failed)
    vidra = vidra_with(scene.plane.kubeconfig)
    tree = (await vidra("tree", sync)).out
    assert f"Engine {at}  Failed: {BROKEN}" in tree
    trace = (await vidra("trace", "engine/big", "-n", scene.namespace)).out
    assert f"Failed ({BROKEN})" in trace
    await says(scene, "big", "")
    await says(scene, "small", "")
    await scene.until_sync(sync, lambda item: item["status"].get("health") == "Current")
    for about in (sync, name):
        event = await scene.until_event(about, "Healthy")
        assert (event["type"], event["message"]) == ("Normal", "every object is healthy again")
    made = await scene.until_resource(name, names())
    assert condition(made)["message"] == "3 objects applied"
    assert made["status"]["healthyObjects"] == 3


@pytest.mark.occasional
async def test_an_object_that_talks_all_the_time_is_not_written_down_each_time(scene: Scene) -> None:
    name = await scene.resource(write([engine("chatty")]), interval="1h")
    await says(scene, "chatty", "0 %")
    await scene.until_resource(name, names("0 %"))
    mark = scene.plane.audit.mark()
    for percent in range(1, 21):
        await says(scene, "chatty", f"{percent} %")
    await scene.until_resource(name, names("20 %"))
    entries = await scene.plane.audit.since(mark)
    written = [entry for entry in entries if entry.resource == "vidraresources" and entry.verb == "patch"]
    assert len(written) <= 4, "of twenty messages the first may be written, some on the way, and the last"
