"""Who writes artifacts cannot stop Vidra, or have it act as somebody else."""

from vidra.operator.options import DEFAULT_NAMESPACE
from vidra.testing.scene import Scene, has_reason

GOOD = """
apiVersion: v1
kind: ConfigMap
metadata: {name: good}
"""
OWN = f"""
apiVersion: v1
kind: Namespace
metadata: {{name: {DEFAULT_NAMESPACE}, labels: {{mine: "now"}}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: intruder, namespace: {DEFAULT_NAMESPACE}}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: infrahubsyncs.infrahub.operators.com}}
---
apiVersion: v1
kind: Secret
metadata: {{name: stolen, labels: {{infrahub-api-url: infrahub.example.com}}}}
stringData: {{username: me, password: me}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings, labels: {{app: vidra}}}}
data: {{requeueSyncAfter: 1000h}}
"""


async def test_its_own_objects_and_credentials_are_refused_and_the_rest_is_applied(scene: Scene) -> None:
    name = await scene.resource(GOOD + "---" + OWN)
    resource = await scene.until_resource(name, has_reason("Protected"))
    assert resource["status"]["progress"] == "1/6"
    assert {problem["reason"] for problem in resource["status"]["problems"]} == {"Protected"}
    assert len(resource["status"]["managedResources"]) == 1
    configs = await scene.kind("v1", "ConfigMap")
    assert await scene.get(configs, "good", namespace=scene.namespace)
    assert await scene.get(configs, "intruder", namespace=DEFAULT_NAMESPACE) is None
    namespace = await scene.get(await scene.kind("v1", "Namespace"), DEFAULT_NAMESPACE)
    assert namespace is not None
    assert "mine" not in namespace["metadata"]["labels"]
