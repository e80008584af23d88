"""Passwords and tokens stand nowhere but in their Secrets: in no log, no Event, no status."""

import logging

import pytest
import structlog

from testkit.environment import OWN, RESOURCES, SCENE_LABEL, SECRETS, SYNCS, Json, Scene, has_reason
from testkit.infrahub.faults import Answered
from testkit.trigger import ask
from vidra.api.names import INFRAHUB_LABEL
from vidra.manifests.write import write
from vidra.telemetry.logging import set_level

PASSWORD = "battery-staple-7"
TOKEN = "1805c6b2-token-of-nobody"
ARTIFACT_SECRET = "hunter2-in-a-manifest"
MANIFEST = f"""
apiVersion: v1
kind: Secret
metadata: {{name: hidden}}
stringData: {{key: {ARTIFACT_SECRET}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: NOT-A-NAME}}
stringData: {{key: {ARTIFACT_SECRET}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: broken
stringData: {{key: {ARTIFACT_SECRET}}}
"""


async def test_no_password_or_token_is_in_any_log_event_or_status(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    set_level("debug")
    with structlog.testing.capture_logs() as logs:
        await _log_in_with(scene, username="admin", password=PASSWORD)
        name = await scene.sync("Hidden", interval="1h")
        await scene.until_sync(name, has_reason("Unauthorized"))
        await scene.until_event(name, "Unauthorized")
        scene.infrahub.faults.add(_echo(PASSWORD), "/api/auth/login")
        await _log_in_with(scene, username="other", password=PASSWORD)
        await ask(scene, name)
        await _log_in_with(scene, token=TOKEN)
        await scene.until_sync(name, has_reason("Unauthorized"))
        scene.infrahub.faults.clear()
        scene.infrahub.faults.add(_echo(TOKEN), "/api/query/*")
        await ask(scene, name)
        scene.infrahub.faults.clear()
        scene.infrahub.accounts.keys.add(TOKEN)
        artifact = scene.infrahub.add_artifact("Hidden", MANIFEST)
        await ask(scene, name)
        await scene.until_resource(f"{name}-{artifact}", lambda item: bool(item.get("status", {}).get("problems")))
        await scene.until_sync(name, has_reason("ResourcesNotReady"))
        await scene.until_event(f"{name}-{artifact}", "InvalidManifest")
    set_level("info")
    assert any(line["event"] == "request" for line in logs)
    told = [str(logs), caplog.text]
    for kind, item in ((SYNCS, name), (RESOURCES, f"{name}-{artifact}")):
        told += [str(await scene.get(kind, item)), str(await scene.events_about(item))]
    for text in (told[0], *told[2:]):
        assert name in text
    for secret in (PASSWORD, TOKEN, ARTIFACT_SECRET, scene.infrahub.password):
        assert [text for text in told if secret in text] == []


QUOTED: dict[str, Json] = {
    "ServiceAccount": {"imagePullSecrets": "LEAKLIST"},
    "ConfigMap": {"data": {"a": {"b": "LEAKNESTED"}}, "binaryData": {"c": "LEAKB64!"}},
    "Pod": {"spec": {"containers": [{"name": "a", "image": " LEAKIMAGE", "env": [{"name": "A", "value": ["LEAK"]}]}]}},
    "PersistentVolumeClaim": {"spec": {"accessModes": ["LEAKMODE"], "resources": {"requests": {"storage": "LEAKS"}}}},
    "Service": {"spec": {"ports": [{"port": 918273645}], "type": "LEAKTYPE", "externalName": "LEAK NAME"}},
}
"""By kind: what an API server refuses, and would quote."""


@pytest.mark.parametrize("kind", QUOTED)
async def test_what_an_api_server_quotes_is_masked_for_every_kind(scene: Scene, kind: str) -> None:
    labels = {"labels": {"a": "LEAK LABEL"}} if kind == "Service" else {}
    body = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "quoted", **labels}, **QUOTED[kind]}
    name = await scene.resource(write([body]))
    resource = await scene.until_resource(name, has_reason("Refused"))
    told = str([resource["status"], await scene.events_about(name)])
    assert "LEAK" not in told
    assert "918273645" not in told
    assert "quoted" in told


def _echo(secret: str) -> Answered:
    return Answered.error(400, f"I do not like {secret}")


async def _log_in_with(scene: Scene, **data: str) -> None:
    """Put other values into the one Secret for the scene's Infrahub."""
    mine = {"labelSelector": f"{INFRAHUB_LABEL},{SCENE_LABEL}={scene.namespace}"}
    listing: Json = await scene.client.get(SECRETS.path(OWN), Json, query=mine)
    (secret,) = listing["items"]
    patch: Json = {"data": None, "stringData": data}
    await scene.patch(SECRETS, secret["metadata"]["name"], patch, namespace=OWN)
