"""What serves custom resources goes after them, so that somebody is there to take their finalizers off."""

from typing import Any

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition
from testkit.eventually import eventually
from testkit.objects import config_map, custom, definition
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

FINALIZER = "fin.example.com/cleanup"


class Operator:
    """An operator with its account, its rights, its definition and one custom resource with its finalizer."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.group = f"{scene.namespace}.example.com"
        self.definition = definition(self.group, "Gadget")
        labels = {"app": "operator"}
        template = {
            "metadata": {"labels": labels},
            "spec": {"serviceAccountName": "operator", "containers": [{"name": "o", "image": "example.com/o:1"}]},
        }
        workload = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
        name = {"metadata": {"name": "operator"}}
        rules = [{"apiGroups": [self.group], "resources": ["*"], "verbs": ["*"]}]
        self.objects: list[Json] = [
            self.definition,
            {"apiVersion": "v1", "kind": "ServiceAccount", **name},
            {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", **name, "rules": rules},
            {"apiVersion": "apps/v1", "kind": "Deployment", **name, "spec": workload},
        ]
        self.name = ""

    async def applied(self, **spec: Any) -> None:
        manifest = write([*self.objects, custom(self.group, "Gadget", "one", size=1)])
        self.name = await self.scene.resource(manifest, interval="1s", **spec)
        await self.scene.until_resource(self.name)
        await self.keep([FINALIZER])

    async def keep(self, finalizers: list[str]) -> None:
        # Not by discovery, which shows no kind whose definition is on its way out.
        kind = Kind(f"{self.group}/v1", "Gadget", "gadgets", namespaced=True)
        patch = {"metadata": {"finalizers": finalizers}}
        await self.scene.patch(kind, "one", patch, namespace=self.scene.namespace)

    async def waited_for(self) -> None:
        """The condition names what is waited for, and the operator is untouched."""
        found = await self.scene.until_resource(self.name, lambda item: FINALIZER in condition(item)["message"])
        assert "one" in condition(found)["message"]
        for item in self.objects:
            live = await self.live(item)
            assert live is not None
            assert "deletionTimestamp" not in live["metadata"]

    async def live(self, item: Json) -> Json | None:
        kind = await self.scene.kind(item["apiVersion"], item["kind"])
        place = self.scene.namespace if kind.namespaced else ""
        return await self.scene.get(kind, item["metadata"]["name"], namespace=place)

    async def gone(self) -> None:
        for item in self.objects:
            kind = await self.scene.kind(item["apiVersion"], item["kind"])
            place = self.scene.namespace if kind.namespaced else ""
            await self.scene.until_gone(kind, item["metadata"]["name"], namespace=place)


@pytest.mark.parametrize("policy", ["Delete", "WaitForTermination"])
async def test_an_operator_stays_until_its_custom_resource_is_gone(scene: Scene, policy: str) -> None:
    operator = Operator(scene)
    await operator.applied(deletionPolicy=policy, deletionTimeout="2m")
    await scene.delete(RESOURCES, operator.name)
    await operator.waited_for()
    await operator.keep([])
    await scene.until_gone(RESOURCES, operator.name)
    await operator.gone()


async def test_an_operator_that_leaves_the_manifest_with_it_stays_as_long(scene: Scene) -> None:
    operator = Operator(scene)
    await operator.applied(pruneLimit=100)
    rest = write([config_map("rest", a="b")])
    await scene.resource(rest, name=operator.name, pruneLimit=100, interval="1s")
    await operator.waited_for()
    await operator.keep([])
    await scene.until_resource(operator.name)
    await operator.gone()


async def test_the_policy_delete_goes_on_after_a_grace_and_says_what_is_left(scene: Scene) -> None:
    operator = Operator(scene)
    await operator.applied(deletionTimeout="4s")
    await scene.delete(RESOURCES, operator.name)
    await scene.until_gone(RESOURCES, operator.name)
    deployment = operator.objects[-1]

    async def away() -> bool:
        return await operator.live(deployment) is None

    await eventually(away)
    event = await scene.until_event(operator.name, "LeftBehind")
    assert FINALIZER in event["message"]
    await operator.keep([])
    await operator.gone()


async def test_nobody_is_waited_for_where_nothing_else_leaves(scene: Scene) -> None:
    operator = Operator(scene)
    await scene.apply(operator.definition)
    name = await scene.resource(write([custom(operator.group, "Gadget", "one", size=1)]), interval="1s")
    await scene.until_resource(name)
    await operator.keep([FINALIZER])
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    await operator.keep([])
