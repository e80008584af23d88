"""A webhook that puts a list into its own order has the last word: nothing is told, fought or written again."""

import base64
import ssl
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import trustme
from aiohttp import web

from testkit.environment import Json, Scene, condition, is_ready
from testkit.objects import config_map
from vidra.manifests.write import write

AT_ONCE = {"reconcileOnEvents": True}


async def sorting(request: web.Request) -> web.Response:
    """Sorts the init containers by name."""
    review: Json = await request.json()
    pod = review["request"]["object"]["spec"]["template"]["spec"]
    tools = sorted(pod["initContainers"], key=lambda item: str(item["name"]))
    patch = [{"op": "replace", "path": "/spec/template/spec/initContainers", "value": tools}]
    response = {
        "uid": review["request"]["uid"],
        "allowed": True,
        "patchType": "JSONPatch",
        "patch": base64.b64encode(msgspec.json.encode(patch)).decode(),
    }
    return web.json_response({**review, "request": None, "response": response})


@pytest.fixture
async def webhook(scene: Scene) -> AsyncIterator[None]:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    app = web.Application()
    app.router.add_post("/", sorting)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    port = runner.addresses[0][1]
    name = f"sorting-{scene.namespace}"
    operations = ["CREATE", "UPDATE"]
    rule = {"apiGroups": ["apps"], "apiVersions": ["v1"], "resources": ["deployments"], "operations": operations}
    await scene.apply(
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "MutatingWebhookConfiguration",
            "metadata": {"name": name},
            "webhooks": [
                {
                    "name": "sorting.example.com",
                    "admissionReviewVersions": ["v1"],
                    "sideEffects": "None",
                    "rules": [rule],
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": scene.namespace}},
                    "clientConfig": {
                        "url": f"https://127.0.0.1:{port}/",
                        "caBundle": base64.b64encode(authority.cert_pem.bytes()).decode(),
                    },
                }
            ],
        }
    )
    yield
    kind = await scene.kind("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration")
    await scene.delete(kind, name)
    await runner.cleanup()


def tools(item: Json) -> list[str]:
    return [str(one["name"]) for one in item["spec"]["template"]["spec"]["initContainers"]]


@pytest.mark.usefixtures("webhook")
async def test_its_order_stays(scene: Scene) -> None:
    images: list[Json] = [{"name": "prepare", "image": "tool:1"}, {"name": "migrate", "image": "tool:1"}]
    pod: Json = {"initContainers": images, "containers": [{"name": "web", "image": "web:1"}]}
    body: Json = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "it"},
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": {"app": "it"}},
            "template": {"metadata": {"labels": {"app": "it"}}, "spec": pod},
        },
    }
    kind = await scene.kind("apps/v1", "Deployment")
    name = await scene.resource(write([body, config_map("box", colour="red")]), destination=AT_ONCE, interval="1s")
    await scene.until_resource(name)
    # The webhook may be known to the server a moment late: it sorts at the latest what somebody writes now.
    theirs: Json = {"spec": {"minReadySeconds": 1}}
    for _ in range(100):
        live = await scene.patch(kind, "it", theirs, namespace=scene.namespace)
        if tools(live) == ["migrate", "prepare"]:
            break
        theirs["spec"]["minReadySeconds"] += 1
    await scene.request(name, "one")
    mark = scene.plane.audit.mark()
    configs = await scene.kind("v1", "ConfigMap")
    for number in range(3):
        # Each takes a field of its own, so that the object is looked at again.
        more: Any = {"metadata": {"annotations": {f"note-{number}": ""}}, "spec": {"minReadySeconds": 200 + number}}
        await scene.patch(kind, "it", more, namespace=scene.namespace)
        await scene.patch(configs, "box", {"data": {"colour": "blue"}}, namespace=scene.namespace)
        await scene.until(
            configs, "box", lambda item: bool(item["data"] == {"colour": "red"}), namespace=scene.namespace
        )
        await scene.request(name, f"again-{number}")
    written = [
        entry
        for entry in await scene.plane.audit.since(mark)
        if (entry.name, entry.namespace, entry.verb) == ("it", scene.namespace, "patch")
        and "fieldManager=vidra%3A" in entry.uri
        and "dryRun" not in entry.uri
    ]
    assert written == []
    live = await scene.patch(kind, "it", {}, namespace=scene.namespace)
    assert tools(live) == ["migrate", "prepare"]
    assert condition(await scene.until_resource(name, is_ready))["reason"] == "Applied"
    told = [event["message"] for event in await scene.events_about(name) if event["reason"] == "DriftReverted"]
    assert [message for message in told if "Deployment" in message] == []
