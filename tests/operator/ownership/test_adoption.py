"""What exists and is not Vidra's is taken over only as `adoption` says, and never from who has a better right to it."""

from typing import Any

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition, has_reason
from testkit.objects import config_map, namespace, secret
from vidra.api.names import INFRAHUB_LABEL
from vidra.manifests.write import write

MARKS: dict[str, tuple[Json, str]] = {
    "Helm": ({"annotations": {"meta.helm.sh/release-name": "web"}}, "Helm (release web) has it"),
    "Flux": ({"labels": {"kustomize.toolkit.fluxcd.io/name": "web"}}, "Flux (Kustomization web) has it"),
    "Argo CD": ({"annotations": {"argocd.argoproj.io/tracking-id": "web:/ConfigMap:a/b"}}, "Argo CD (application web)"),
}


async def theirs(scene: Scene, name: str = "theirs") -> Json:
    found = await scene.get(await scene.kind("v1", "ConfigMap"), name, namespace=scene.namespace)
    assert found is not None
    return found


async def made(scene: Scene, metadata: Json | None = None, *, manager: str = "a-person") -> Json:
    """Somebody's ConfigMap, with a field that the manifest does not have."""
    body = config_map("theirs", scene.namespace, colour="red", size="1")
    body["metadata"] |= metadata or {}
    return await scene.apply(body, manager=manager)


async def wanting(scene: Scene, colour: str, **spec: Any) -> str:
    return await scene.resource(write([config_map("theirs", colour=colour)]), **spec)


@pytest.mark.faces(2)
@pytest.mark.parametrize("colour", ["blue", "red"], ids=["different", "equal"])
@pytest.mark.parametrize("adoption", ["IfUnowned", "Always"])
async def test_what_nobody_has_becomes_vidras_and_ends_as_such(scene: Scene, adoption: str, colour: str) -> None:
    before = await made(scene)
    name = await wanting(scene, colour, adoption=adoption)
    resource = await scene.until_resource(name)
    after = await theirs(scene)
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["data"] == {"colour": colour, "size": "1"}
    assert name in after["metadata"]["annotations"].values()
    assert [entry["name"] for entry in resource["status"]["managedResources"]] == ["theirs"]
    assert "theirs" in (await scene.until_event(name, "Adopted"))["message"]
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "theirs", namespace=scene.namespace) is None


async def test_one_event_names_the_first_few_of_many(scene: Scene) -> None:
    bodies = [config_map(f"theirs-{number:02}", colour="red") for number in range(15)]
    for body in bodies:
        await scene.apply({**body, "metadata": {**body["metadata"], "namespace": scene.namespace}})
    name = await scene.resource(write(bodies), adoption="IfUnowned")
    await scene.until_resource(name)
    message = (await scene.until_event(name, "Adopted"))["message"]
    assert message.count("ConfigMap") == 10
    assert "and 5 more" in message


async def test_an_adopted_object_is_pruned_like_any_other(scene: Scene) -> None:
    await made(scene)
    name = await wanting(scene, "blue", adoption="IfUnowned")
    await scene.until_resource(name)
    await scene.resource(write([config_map("another")]), name=name, adoption="IfUnowned", pruneLimit=100)
    await scene.until_gone(await scene.kind("v1", "ConfigMap"), "theirs", namespace=scene.namespace)


@pytest.mark.faces(3)
@pytest.mark.parametrize("colour", ["blue", "red"], ids=["different", "equal"])
@pytest.mark.parametrize(("mark", "who"), MARKS.values(), ids=MARKS)
async def test_what_somebody_has_is_left_alone_and_the_message_says_who(
    scene: Scene, mark: Json, who: str, colour: str
) -> None:
    before = await made(scene, mark)
    name = await wanting(scene, colour, adoption="IfUnowned")
    resource = await scene.until_resource(name, has_reason("NotOwned"))
    assert who in condition(resource)["message"]
    assert "managedResources" not in resource["status"]
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    after = await theirs(scene)
    for item in (before, after):
        item["metadata"].pop("resourceVersion")
    assert after == before


async def test_what_a_controller_has_is_left_alone(scene: Scene) -> None:
    owner = await scene.apply(config_map("owner", scene.namespace))
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner["metadata"]["uid"]}
    before = await made(scene, {"ownerReferences": [{**reference, "controller": True}]})
    name = await wanting(scene, "blue", adoption="IfUnowned")
    resource = await scene.until_resource(name, has_reason("NotOwned"))
    assert "its controller, ConfigMap owner, has it" in condition(resource)["message"]
    assert await theirs(scene) == before


@pytest.mark.parametrize("manager", ["kustomize-controller", "helm-controller", "argocd-controller"])
async def test_a_field_manager_tells_who_has_it_too(scene: Scene, manager: str) -> None:
    before = await made(scene, manager=manager)
    name = await wanting(scene, "blue", adoption="IfUnowned")
    await scene.until_resource(name, has_reason("NotOwned"))
    assert await theirs(scene) == before


async def test_always_takes_it_from_whoever_has_it(scene: Scene) -> None:
    before = await made(scene, MARKS["Helm"][0])
    name = await wanting(scene, "blue", adoption="Always")
    await scene.until_resource(name)
    after = await theirs(scene)
    assert (after["metadata"]["uid"], after["data"]["colour"]) == (before["metadata"]["uid"], "blue")


async def test_never_is_what_happens_unless_the_spec_says_otherwise_and_can_be_changed_later(scene: Scene) -> None:
    before = await made(scene)
    name = await wanting(scene, "blue")
    await scene.until_resource(name, has_reason("NotOwned"))
    assert await theirs(scene) == before
    await scene.resource(write([config_map("theirs", colour="blue")]), name=name, adoption="IfUnowned")
    await scene.until_resource(name)
    assert (await theirs(scene))["metadata"]["uid"] == before["metadata"]["uid"]


async def test_forged_marks_of_vidra_mean_nothing(scene: Scene) -> None:
    probe = await scene.resource(write([config_map("probe")]))
    await scene.until_resource(probe)
    marks = (await theirs(scene, "probe"))["metadata"]
    forged = {"labels": marks["labels"], "annotations": marks["annotations"]}
    before = await made(scene, forged)
    name = await wanting(scene, "blue")
    await scene.until_resource(name, has_reason("NotOwned"))
    await scene.request(probe, "now")
    assert await theirs(scene) == before
    for resource in (name, probe):
        await scene.delete(RESOURCES, resource)
        await scene.until_gone(RESOURCES, resource)
    assert await theirs(scene) == before
    adopting = await wanting(scene, "blue", adoption="IfUnowned")
    await scene.until_resource(adopting)


async def test_marks_in_the_manifest_itself_do_not_count(scene: Scene) -> None:
    await made(scene)
    body = config_map("theirs", colour="red")
    body["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "Helm"}
    name = await scene.resource(write([body]), adoption="IfUnowned")
    await scene.until_resource(name)


@pytest.mark.parametrize("adoption", ["Never", "IfUnowned", "Always"])
async def test_a_namespace_is_joined_whatever_the_policy(scene: Scene, adoption: str) -> None:
    place = f"{scene.namespace}-place"
    before = await scene.apply(namespace(place))
    name = await scene.resource(write([namespace(place)]), adoption=adoption)
    resource = await scene.until_resource(name)
    assert resource["status"]["managedResources"][0]["joined"] is True
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    after = await scene.get(await scene.kind("v1", "Namespace"), place)
    assert after is not None
    assert "deletionTimestamp" not in after["metadata"]
    assert after["metadata"]["labels"] == before["metadata"]["labels"]


@pytest.mark.parametrize("adoption", ["Never", "IfUnowned", "Always"])
async def test_a_secret_that_vidra_reads_is_never_taken_over(scene: Scene, adoption: str) -> None:
    """Neither where it counts nor where it does not, yet might one day."""
    credentials = await scene.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "account", "namespace": scene.namespace, "labels": {INFRAHUB_LABEL: "127.0.0.1"}},
            "stringData": {"username": "somebody", "password": "hunter2"},
        }
    )
    before = await scene.get(
        await scene.kind("v1", "Secret"), credentials["metadata"]["name"], namespace=scene.namespace
    )
    name = await scene.resource(write([secret(credentials["metadata"]["name"], username="me")]), adoption=adoption)
    resource = await scene.until_resource(name, has_reason("Protected"))
    assert "credentials" in condition(resource)["message"]
    after = await scene.get(
        await scene.kind("v1", "Secret"), credentials["metadata"]["name"], namespace=scene.namespace
    )
    assert after == before


async def test_another_vidras_object_is_shared_while_it_is_wanted_alike_and_never_taken(scene: Scene) -> None:
    before = await made(scene, manager="vidra:elsewhere:web")
    alike = await wanting(scene, "red", adoption="Always")
    await scene.until_resource(alike)
    otherwise = await wanting(scene, "blue", adoption="Always")
    await scene.until_resource(otherwise, has_reason("Conflict"))
    for name in (alike, otherwise):
        await scene.delete(RESOURCES, name)
        await scene.until_gone(RESOURCES, name)
    after = await theirs(scene)
    assert (after["metadata"]["uid"], after["data"]) == (before["metadata"]["uid"], before["data"])
