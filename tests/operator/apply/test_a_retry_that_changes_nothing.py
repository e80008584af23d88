"""A retry that changes nothing writes nothing: neither Ready nor the time of the last change flips."""

import pytest

from testkit.environment import RESOURCES, Scene, condition, established, has_reason
from testkit.eventually import eventually
from testkit.objects import Json, config_map, custom, definition, rights, secret
from testkit.operating import Operating
from vidra.manifests.write import write

SPEC: Json = {"interval": "1s"}


async def nothing(_: Scene) -> Json:
    """Nothing stands in the way besides the object itself."""
    return {}


async def somebody_elses(scene: Scene) -> Json:
    """The object exists, and somebody else made it."""
    await scene.apply(config_map("box", scene.namespace, colour="blue"))
    return {}


async def another_owners(scene: Scene) -> Json:
    """Another VidraResource has it with another value."""
    first = await scene.resource(write([config_map("box", colour="blue")]))
    await scene.until_resource(first)
    return {}


async def no_rights(scene: Scene) -> Json:
    """The ServiceAccount may not have Secrets."""
    for item in rights("deployer", scene.namespace, {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["*"]}):
        await scene.apply(item)
    return {"serviceAccountName": "deployer", "serviceAccountNamespace": scene.namespace}


BAD_NAMES = [config_map(name) for name in ("No_Name", "Nor_This", "Or_That", "And_So")]
CASES = {
    "refused": (BAD_NAMES, "Refused", nothing),
    "not owned": ([config_map("box", colour="red")], "NotOwned", somebody_elses),
    "conflict": ([config_map("box", colour="red")], "Conflict", another_owners),
    "no namespace": ([config_map("box", "nowhere-at-all")], "NamespaceMissing", nothing),
    "forbidden": ([secret("box", word="x")], "Forbidden", no_rights),
}


@pytest.mark.faces(2)
@pytest.mark.parametrize("case", CASES)
async def test_an_object_that_is_refused_again_is_no_news(scene: Scene, case: str) -> None:
    bad, reason, prepare = CASES[case]
    spec = await prepare(scene)
    name = await scene.resource(write([config_map("good"), *bad]), **SPEC, **spec)
    resource = await scene.until_resource(name, has_reason(reason))
    mark = scene.plane.audit.mark()
    tried = f"/{bad[0]['metadata']['name']}?"

    def retries() -> int:
        return len([entry for entry in scene.plane.audit.so_far(mark) if tried in entry.uri and entry.verb == "patch"])

    await eventually(lambda: retries() >= 3)
    now = await scene.get(RESOURCES, name)
    assert now is not None
    assert now["metadata"]["resourceVersion"] == resource["metadata"]["resourceVersion"], now["status"]
    assert condition(now)["lastTransitionTime"] == condition(resource)["lastTransitionTime"]
    await scene.resource(write([config_map("good")]), name=name, **SPEC, **spec)
    await scene.until_resource(name)


async def test_what_stands_in_the_way_is_tried_again_and_applied_when_it_is_gone(scene: Scene) -> None:
    await somebody_elses(scene)
    name = await scene.resource(write([config_map("box", colour="red")]), **SPEC)
    await scene.until_resource(name, has_reason("NotOwned"))
    configs = await scene.kind("v1", "ConfigMap")
    await scene.delete(configs, "box", namespace=scene.namespace)
    await scene.until_resource(name)
    box = await scene.get(configs, "box", namespace=scene.namespace)
    assert box is not None
    assert box["data"] == {"colour": "red"}


async def test_what_was_refused_before_a_start_and_still_is_is_no_news(
    own_scene: Scene, own_operator: Operating
) -> None:
    scene, audit = own_scene, own_scene.plane.audit
    await somebody_elses(scene)
    name = await scene.resource(write([config_map("good"), config_map("box", colour="red"), *BAD_NAMES]), **SPEC)
    before = await scene.until_resource(name, has_reason("Refused"))
    await scene.until_event(name, "Refused")
    await own_operator.stop()
    mark = audit.mark()
    await own_operator.start()
    tried = lambda entry: entry.verb == "patch" and entry.name == "box"  # noqa: E731 - read once, below
    await audit.until(mark, lambda entries: sum(map(tried, entries)) >= 3)
    now = await scene.get(RESOURCES, name)
    assert now is not None
    assert now["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"], now["status"]
    assert len([event for event in await scene.events_about(name) if event["reason"] == "Refused"]) == 1
    await scene.delete(await scene.kind("v1", "ConfigMap"), "box", namespace=scene.namespace)
    await scene.until_resource(name, lambda item: item["status"]["progress"] == "2/6")


async def test_the_first_object_of_a_kind_is_not_put_back(scene: Scene) -> None:
    group = f"{scene.namespace}.example.com"
    made = await scene.apply(definition(group, "Router"))
    definitions = await scene.kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    await scene.until(definitions, made["metadata"]["name"], established)
    await scene.kind(f"{group}/v1", "Router")  # which the API server may tell of a moment later
    name = await scene.resource(write([custom(group, "Router", "core")]), destination={"reconcileOnEvents": True})
    await scene.until_event(name, "Applied")
    await scene.request(name, "once")
    await scene.request(name, "twice")
    assert [event["reason"] for event in await scene.events_about(name)] == ["Applied"]
