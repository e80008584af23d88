"""A tenant nests one object of theirs deeper than anybody reads: the others of its kind are watched as before."""

from testkit.environment import Json, Scene
from testkit.objects import config_map, custom, definition
from testkit.somebody import somebody
from vidra.kube.client import encode
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

DEPTH = 5_000
HERE = "DEEP"
AT_ONCE: Json = {"destination": {"reconcileOnEvents": True}, "interval": "1h"}


async def create(scene: Scene, kind: Kind, body: Json, key: str) -> None:
    """Somebody who may write this kind in the namespace, and nothing else, creates an object that is deep."""
    labels = {"vidra.infrahub.operators.com/managed": "true"}
    body = {**body, "metadata": {"name": "theirs", "labels": labels, **body.get("metadata", {})}}
    deep = f'{{"{key}":' * DEPTH + "{}" + "}" * DEPTH
    text = encode(body).replace(f'"{HERE}"'.encode(), deep.encode())
    group = kind.api_version.rpartition("/")[0]
    rights = ({"apiGroups": [group], "resources": [kind.plural], "verbs": ["*"]},)
    async with somebody(scene, inside=rights) as tenant:
        await tenant.client.send("POST", kind.path(scene.namespace), body=text)


async def test_in_its_managed_fields(scene: Scene) -> None:
    name = await scene.resource(write([config_map("mine", a="b")]), **AT_ONCE)
    await scene.until_resource(name)
    kind = await scene.kind("v1", "ConfigMap")
    entry = {"apiVersion": "v1", "fieldsType": "FieldsV1", "manager": "x", "operation": "Apply", "fieldsV1": HERE}
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"managedFields": [entry]}}
    await create(scene, kind, body, "f:a")
    await scene.patch(kind, "mine", {"data": {"a": "x"}}, namespace=scene.namespace)
    await scene.until(kind, "mine", lambda item: bool(item["data"] == {"a": "b"}), namespace=scene.namespace)


async def test_in_its_spec(scene: Scene) -> None:
    group = "depth.example.com"
    await scene.apply(definition(group, "Well"))
    name = await scene.resource(write([custom(group, "Well", "mine", a="b")]), **AT_ONCE)
    await scene.until_resource(name)
    kind = await scene.kind(f"{group}/v1", "Well")
    await create(scene, kind, {"apiVersion": f"{group}/v1", "kind": "Well", "spec": HERE}, "a")
    await scene.patch(kind, "mine", {"spec": {"a": "x"}}, namespace=scene.namespace)
    await scene.until(kind, "mine", lambda item: bool(item["spec"] == {"a": "b"}), namespace=scene.namespace)
    second = await scene.resource(write([custom(group, "Well", "second", a="b")]), wait=True)
    await scene.until_resource(second)
