"""What is wrong with one document or object is said of it, holds back pruning, and stops nothing else."""

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition, has_reason
from testkit.objects import config_map, secret
from vidra.manifests.write import write

GOOD = write([config_map("good")])
NAMELESS = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {}\n"
KINDLESS = "---\nmetadata: {name: what}\n"
BROKEN = "---\napiVersion: v1\nkind: [unclosed\n"
REFUSED = "---\n" + write(
    [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "refused"},
            "spec": {"ports": [{"port": 99_999}]},
        }
    ]
)


async def exists(scene: Scene, name: str) -> bool:
    configs = await scene.kind("v1", "ConfigMap")
    return await scene.get(configs, name, namespace=scene.namespace) is not None


async def test_a_broken_document_is_named_and_the_others_are_applied(scene: Scene) -> None:
    name = await scene.resource(GOOD + BROKEN + write([config_map("other")]))
    resource = await scene.until_resource(name, has_reason("InvalidManifest"))
    assert "document 2" in condition(resource)["message"]
    assert condition(resource, "Stalled")["status"] == "True"
    assert resource["status"]["progress"] == "2/3"
    assert resource["status"]["DeployState"] == "Failed"
    assert await exists(scene, "good")
    assert await exists(scene, "other")


async def test_a_document_without_a_name_or_a_kind_is_named(scene: Scene) -> None:
    name = await scene.resource(GOOD + NAMELESS + KINDLESS)
    resource = await scene.until_resource(name, has_reason("InvalidManifest"))
    problems = {problem["object"]: problem["message"] for problem in resource["status"]["problems"]}
    assert "metadata.name" in problems["document 2"]
    assert "kind" in problems["document 3"]
    assert await exists(scene, "good")


@pytest.mark.parametrize("wave", [str(1 << 63), str(-(1 << 63) - 1), "9" * 5_000], ids=["large", "small", "huge"])
async def test_a_wave_that_no_status_can_hold_is_named(scene: Scene, wave: str) -> None:
    annotations = {"vidra.infrahub.operators.com/wave": wave}
    bad = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "bad", "annotations": annotations}}
    name = await scene.resource(GOOD + "---\n" + write([bad]))
    resource = await scene.until_resource(name, has_reason("InvalidManifest"))
    assert "vidra.infrahub.operators.com/wave" in condition(resource)["message"]
    assert await exists(scene, "good")


async def test_an_object_that_the_server_refuses_is_named_with_its_field(scene: Scene) -> None:
    name = await scene.resource(GOOD + REFUSED)
    resource = await scene.until_resource(name, has_reason("Refused"))
    assert "spec.ports[0].port" in condition(resource)["message"]
    assert [entry["kind"] for entry in resource["status"]["managedResources"]] == ["ConfigMap"]
    assert await exists(scene, "good")


async def test_the_values_of_a_refused_secret_appear_nowhere(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    bad = secret("bad", **{"not a key!": "hunter2-plain"}) | {"data": {"other": "hunter2-base"}}
    odd = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "odd"}, "data": {"key": {"deep": "hunter2-deep"}}}
    name = await scene.resource(GOOD + "---\n" + write([bad, odd]))
    resource = await scene.until_resource(name, has_reason("Refused"))
    assert len(resource["status"]["problems"]) == 2
    event = await scene.until_event(name, "Refused")
    assert "hunter2" not in str(resource["status"])
    assert "hunter2" not in str(await scene.events_about(name)) + str(event)
    assert "hunter2" not in "".join(capsys.readouterr())
    assert await exists(scene, "good")


async def test_an_emptied_manifest_is_held_until_empty_is_allowed(scene: Scene) -> None:
    name = await scene.resource(GOOD)
    await scene.until_resource(name)
    await scene.resource("# nothing left\n", name=name)
    held = await scene.until_resource(name, has_reason("EmptyManifest"))
    assert "allowEmpty" in condition(held)["message"]
    assert await exists(scene, "good")
    await scene.resource("# nothing left\n", name=name, allowEmpty=True)
    resource = await scene.until_resource(name)
    assert "managedResources" not in resource["status"]
    assert not await exists(scene, "good")


async def test_nothing_is_pruned_while_there_is_a_problem_and_all_of_it_once_it_is_mended(scene: Scene) -> None:
    name = await scene.resource(GOOD + write([config_map("old")]))
    await scene.until_resource(name)
    await scene.resource(GOOD + BROKEN, name=name)
    resource = await scene.until_resource(name, has_reason("InvalidManifest"))
    assert {entry["name"] for entry in resource["status"]["managedResources"]} == {"good", "old"}
    assert await exists(scene, "old")
    await scene.resource(GOOD, name=name)
    resource = await scene.until_resource(name)
    assert [entry["name"] for entry in resource["status"]["managedResources"]] == ["good"]
    assert not await exists(scene, "old")


async def test_a_refused_object_holds_back_pruning_and_stays_as_it_was(scene: Scene) -> None:
    name = await scene.resource(write([config_map("old")]) + REFUSED.replace("99999", "80"))
    await scene.until_resource(name)
    await scene.resource(REFUSED, name=name)
    resource = await scene.until_resource(name, has_reason("Refused"))
    assert {entry["name"] for entry in resource["status"]["managedResources"]} == {"refused", "old"}
    assert await exists(scene, "old")
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    assert await scene.get(await scene.kind("v1", "Service"), "refused", namespace=scene.namespace) is None


async def test_an_object_that_stands_there_twice_is_applied_once_with_a_warning(scene: Scene) -> None:
    name = await scene.resource(write([config_map("twin", colour="red"), config_map("twin", colour="blue")]))
    resource = await scene.until_resource(name)
    assert resource["status"]["progress"] == "1/1"
    event = await scene.until_event(name, "ManifestWarning")
    assert event["type"] == "Warning"
    assert "twin" in event["message"]
    twin = await scene.get(await scene.kind("v1", "ConfigMap"), "twin", namespace=scene.namespace)
    assert twin is not None
    assert twin["data"] == {"colour": "blue"}


@pytest.mark.parametrize(
    ("kind", "fields", "reason", "says"),
    [
        ("Deploymnet", {}, "KindUnknown", 'the cluster does not serve this kind (yet); did you mean "Deployment"?'),
        ("Deployment", {"replica": 1}, "Refused", '; did you mean "replicas"?'),
        (
            "Deployment",
            {"template": {"spec": {"containers": [{"name": "web", "imgae": "web:1"}]}}},
            "Refused",
            '; did you mean "image"?',
        ),
    ],
    ids=["kind", "field", "deep field"],
)
async def test_a_mistyped_kind_or_field_is_asked_about(
    scene: Scene, kind: str, fields: Json, reason: str, says: str
) -> None:
    item = {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "web"}, "spec": fields}
    name = await scene.resource(write([item]))
    resource = await scene.until_resource(name, has_reason(reason))
    assert condition(resource)["message"].endswith(says)
