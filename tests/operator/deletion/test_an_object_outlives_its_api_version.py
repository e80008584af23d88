"""An object is the same under every version of its kind, and exists even while no version shows it."""

import re
from typing import Any

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition, has_reason
from testkit.eventually import eventually
from testkit.objects import config_map
from vidra.kube.client import MERGE_PATCH, encode
from vidra.manifests.write import write

REST = write([config_map("rest", a="b")])


class Gadgets:
    """A definition with the versions v1alpha1 and v1, and one object of it that Vidra applied as v1alpha1."""

    def __init__(self, scene: Scene, **spec: Any) -> None:
        self.scene = scene
        self.group = f"{scene.namespace}.example.com"
        self.name = f"gadgets.{self.group}"
        self.spec = spec
        self.resource = ""
        self.uid = ""

    async def serve(self, *versions: str) -> None:
        schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
        names = {"kind": "Gadget", "listKind": "GadgetList", "plural": "gadgets", "singular": "gadget"}
        listed = [
            {"name": name, "served": name in versions, "storage": name == "v1", "schema": schema}
            for name in ("v1alpha1", "v1")
        ]
        spec = {"group": self.group, "scope": "Namespaced", "names": names, "versions": listed}
        await self.scene.apply(
            {
                "apiVersion": "apiextensions.k8s.io/v1",
                "kind": "CustomResourceDefinition",
                "metadata": {"name": self.name},
                "spec": spec,
            }
        )
        await eventually(lambda: self._shows(frozenset(versions)))

    async def _shows(self, versions: frozenset[str]) -> bool:
        self.scene.discovery.forget()
        found = {item.api_version.rpartition("/")[2] for item in await self.scene.discovery.named(self.name)}
        return found == versions

    async def applied(self) -> None:
        await self.serve("v1alpha1", "v1")
        one = {"apiVersion": f"{self.group}/v1alpha1", "kind": "Gadget", "metadata": {"name": "one"}, "spec": {"a": 1}}
        self.resource = await self.scene.resource(write([one, config_map("rest", a="b")]), interval="1s", **self.spec)
        await self.scene.until_resource(self.resource)
        found = await self.one()
        assert found is not None
        self.uid = found["metadata"]["uid"]

    async def one(self) -> Json | None:
        kind = await self.scene.kind(f"{self.group}/v1", "Gadget")
        return await self.scene.get(kind, "one", namespace=self.scene.namespace)

    async def leave(self, way: str) -> None:
        """The object is no longer wanted."""
        if way == "pruned":
            await self.scene.resource(REST, name=self.resource, interval="1s", **self.spec)
        else:
            await self.scene.delete(RESOURCES, self.resource)

    async def left(self, way: str) -> None:
        """Wait until it is through."""
        if way == "pruned":
            await self.scene.until_resource(self.resource)
        else:
            await self.scene.until_gone(RESOURCES, self.resource)


@pytest.mark.parametrize("way", ["pruned", "deleted"])
async def test_it_goes_under_the_version_that_is_left(scene: Scene, way: str) -> None:
    gadgets = Gadgets(scene)
    await gadgets.applied()
    await gadgets.serve("v1")
    await gadgets.leave(way)
    await gadgets.left(way)
    assert await gadgets.one() is None


@pytest.mark.faces(1)
@pytest.mark.parametrize("way", ["pruned", "deleted"])
async def test_it_is_not_forgotten_while_no_version_shows_it(scene: Scene, way: str) -> None:
    gadgets = Gadgets(scene)
    await gadgets.applied()
    await gadgets.serve()
    await gadgets.leave(way)
    waiting = await scene.until_resource(gadgets.resource, has_reason("PruneFailed"))
    assert gadgets.name in condition(waiting)["message"]
    assert "one" in {entry["name"] for entry in waiting["status"]["managedResources"]}
    await gadgets.serve("v1")
    await gadgets.left(way)
    assert await gadgets.one() is None


async def test_what_two_have_is_released_under_the_version_that_is_left(scene: Scene) -> None:
    gadgets, others = Gadgets(scene), Gadgets(scene)
    await gadgets.applied()
    await others.applied()
    await gadgets.serve("v1")
    await gadgets.leave("deleted")
    await gadgets.left("deleted")
    left = await gadgets.one()
    assert left is not None
    assert (left["metadata"]["uid"], left["spec"]) == (gadgets.uid, {"a": 1})
    await others.leave("deleted")
    await others.left("deleted")
    assert await gadgets.one() is None


async def test_an_orphan_loses_its_marks_under_the_version_that_is_left(scene: Scene) -> None:
    gadgets = Gadgets(scene, deletionPolicy="Orphan")
    await gadgets.applied()
    await gadgets.serve("v1")
    await gadgets.leave("deleted")
    await gadgets.left("deleted")
    left = await gadgets.one()
    assert left is not None
    assert "vidra" not in str(left["metadata"].get("labels", {})) + str(left["metadata"].get("annotations", {}))


async def test_it_is_gone_with_its_definition(scene: Scene) -> None:
    gadgets = Gadgets(scene)
    await gadgets.applied()
    definitions = await scene.kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    await scene.delete(definitions, gadgets.name)
    await scene.until_gone(definitions, gadgets.name)
    await gadgets.leave("pruned")
    await gadgets.left("pruned")
    events = [event["message"] for event in await scene.events_about(gadgets.resource)]
    # With its number: a message may name the groups of other tests, one of which says "pruned".
    assert not [message for message in events if re.search(r"\b\d+ pruned\b", message)]


async def test_a_definition_that_shows_nothing_is_not_deleted_with_what_it_holds(scene: Scene) -> None:
    gadgets = Gadgets(scene)
    await gadgets.serve("v1")
    await scene.apply(
        {
            "apiVersion": f"{gadgets.group}/v1",
            "kind": "Gadget",
            "metadata": {"name": "one", "namespace": scene.namespace},
        }
    )
    definitions = await scene.kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    found = await scene.get(definitions, gadgets.name)
    assert found is not None
    await gadgets.serve()
    body = {key: found[key] for key in ("apiVersion", "kind", "spec")} | {"metadata": {"name": gadgets.name}}
    for version in body["spec"]["versions"]:
        version["served"] = False
    name = await scene.resource(write([body, config_map("rest", a="b")]), adoption="Always", pruneLimit=100)
    await scene.until_resource(name)
    await scene.resource(REST, name=name, pruneLimit=100)
    event = await scene.until_event(name, "Kept")
    assert "serves no version" in event["message"]
    await gadgets.serve("v1")
    assert await gadgets.one() is not None
    path = definitions.path(name=gadgets.name)
    await scene.client.send("PATCH", path, body=encode({"metadata": {"labels": None}}), content_type=MERGE_PATCH)
