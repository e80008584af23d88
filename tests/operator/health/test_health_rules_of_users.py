"""`healthRules` in Vidra's ConfigMap say how objects of further kinds are, from the moment that they are written."""

from testkit.environment import Scene, condition, established
from testkit.objects import custom, definition
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

GROUP = "rules.example.com"
DEFINITIONS = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced=False)
LINKS = Kind(f"{GROUP}/v1", "Link", "links", namespaced=True)
RULES = f"""
- apiVersion: {GROUP}/v1
  kind: Link
  failed: status.state == 'broken'
  current: status.state == 'up'
  message: "'the link is ' + status.state"
- apiVersion: {GROUP}/v1
  kind: Other
  current: this is no expression
"""


async def test_they_take_effect_at_once_and_a_bad_one_is_told(own_scene: Scene) -> None:
    scene = own_scene
    made = await scene.apply(definition(GROUP, "Link"))
    await scene.until(DEFINITIONS, made["metadata"]["name"], established)
    name = await scene.resource(write([custom(GROUP, "Link", "uplink")]), wait=True)
    await scene.until_resource(name)
    await scene.patch(LINKS, "uplink", {"status": {"state": "broken"}}, namespace=scene.namespace)
    config = {"name": "rules", "namespace": "vidra-system", "labels": {"app": "vidra"}}
    await scene.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": config, "data": {"healthRules": RULES}})
    resource = await scene.until_resource(name, lambda item: item["status"].get("health") == "Failed")
    assert "the link is broken" in condition(resource)["message"]
    await scene.patch(LINKS, "uplink", {"status": {"state": "up"}}, namespace=scene.namespace)
    await scene.until_resource(name)
    query = {"fieldSelector": "involvedObject.name=rules"}
    listing = await scene.client.get("/api/v1/namespaces/vidra-system/events", dict, query=query)
    assert any("rule 2 (Other)" in event["message"] for event in listing["items"])
    await scene.delete(await scene.kind("v1", "ConfigMap"), "rules", namespace="vidra-system")
