"""A Service sends Infrahub's calls to any replica; the one whose sync it is asks Infrahub."""

import base64
from collections.abc import Awaitable, Callable

import pytest

from testkit.controlplane.ports import free_port
from testkit.environment import SYNCS, Json, Scene
from testkit.process import OperatorProcess
from vidra.api.names import REQUESTED_AT, WEBHOOK_KEY_LABEL
from vidra.kube.discovery import Kind

NewOperator = Callable[..., Awaitable[OperatorProcess]]

CONFIG = "{apiVersion: v1, kind: ConfigMap, metadata: {name: colour}, data: {colour: %s}}"
SECRETS = Kind("v1", "Secret", "secrets", namespaced=True)
KEY = "of-a-process"


@pytest.mark.occasional
async def test_a_replica_that_stands_by_has_the_other_one_ask(new_operator: NewOperator, scene: Scene) -> None:
    address = f"127.0.0.1:{free_port()}"
    leads = await new_operator("--leader-elect")
    await leads.ready()
    artifact = scene.infrahub.add_artifact("Colours", CONFIG % "red")
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    stands_by = await new_operator("--leader-elect", f"--webhook-bind-address={address}")
    await stands_by.ready()

    url = f"http://{address}/webhooks/infrahub"
    scene.infrahub.webhooks.put(name="vidra", url=url, shared_key=KEY)
    scene.infrahub.webhooks.tell(artifact)
    await scene.infrahub.webhooks.sent()
    assert scene.infrahub.webhooks.answers == [401] * 4
    assert await stands_by.metric("vidra_webhook_requests_total") == 4
    told = [line for line in stands_by.lines() if "there is no key" in str(line)]
    assert len(told) == 1

    await scene.apply(_secret())
    await stands_by.until_said("keys of webhooks")
    scene.infrahub.change(artifact, CONFIG % "blue")
    await scene.until(await scene.kind("v1", "ConfigMap"), "colour", _is_blue, namespace=scene.namespace)
    sync = await scene.get(SYNCS, name)
    assert sync is not None
    assert REQUESTED_AT in sync["metadata"]["annotations"]
    assert KEY not in stands_by.text() + leads.text()
    await scene.delete(SECRETS, "webhook", namespace="vidra-system")


def _secret() -> Json:
    data = {"key": base64.b64encode(KEY.encode()).decode()}
    metadata = {"name": "webhook", "namespace": "vidra-system", "labels": {WEBHOOK_KEY_LABEL: "true"}}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}


def _is_blue(item: Json) -> bool:
    return bool(item["data"]["colour"] == "blue")
