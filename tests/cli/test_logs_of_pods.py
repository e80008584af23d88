"""`vidra logs` finds the Pods of the operator, or says where else the log may be."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trustme
from aiohttp import web

from testkit.command import Vidra
from testkit.controlplane import ControlPlane

LINES = b"first\n\x1b[2Jsecond\n"


async def pod(plane: ControlPlane, namespace: str, name: str, node: str = "") -> None:
    """A Pod with the labels of Vidra; nobody runs it."""
    body = {
        "metadata": {"name": name, "labels": {"app.kubernetes.io/name": "vidra"}},
        "spec": {"containers": [{"name": "operator", "image": "vidra"}], **({"nodeName": node} if node else {})},
    }
    answer = await plane.request("POST", f"/api/v1/namespaces/{namespace}/pods", body)
    assert answer.status == 201, answer


@asynccontextmanager
async def node(plane: ControlPlane, name: str) -> AsyncIterator[list[str]]:
    """A node whose kubelet has the same log for every container; gives what it was asked."""
    asked = []

    async def log(request: web.Request) -> web.Response:
        asked.append(request.path_qs)
        return web.Response(body=LINES)

    app = web.Application()
    app.router.add_get("/containerLogs/{namespace}/{pod}/{container}", log)
    runner = web.AppRunner(app)
    await runner.setup()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    kubelet = {"kubeletEndpoint": {"Port": runner.addresses[0][1]}}
    status = {"addresses": [{"type": "InternalIP", "address": "127.0.0.1"}], "daemonEndpoints": kubelet}
    try:
        await plane.request("POST", "/api/v1/nodes", {"metadata": {"name": name}, "status": status})
        yield asked
    finally:
        await plane.request("DELETE", f"/api/v1/nodes/{name}")
        await runner.cleanup()


async def test_the_lines_of_a_pod_are_copied_and_cannot_steer_the_terminal(
    vidra: Vidra, controlplane: ControlPlane, namespace: str
) -> None:
    async with node(controlplane, namespace) as asked:
        await pod(controlplane, namespace, "vidra-0", namespace)
        ended = await vidra("logs", "-n", namespace, "--tail", "7", "--since", "10m")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == "first\n\ufffd[2Jsecond\n"
    assert "tailLines=7" in asked[0]
    assert "sinceSeconds=600" in asked[0]


async def test_with_several_pods_each_line_says_whose_it_is(
    vidra: Vidra, controlplane: ControlPlane, namespace: str
) -> None:
    async with node(controlplane, namespace):
        for name in ("vidra-0", "vidra-1"):
            await pod(controlplane, namespace, name, namespace)
        ended = await vidra("logs", "-n", namespace)
    assert {"vidra-0: first", "vidra-1: first"} <= set(ended.out.splitlines())


async def test_without_a_pod_it_says_so(vidra: Vidra, namespace: str) -> None:
    ended = await vidra("logs", "-n", namespace)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"error: no Pod of Vidra is in the namespace {namespace} (label ")


async def test_a_pod_that_no_node_runs_has_not_started(
    vidra: Vidra, controlplane: ControlPlane, namespace: str
) -> None:
    await pod(controlplane, namespace, "vidra-0")
    ended = await vidra("logs", "-n", namespace)
    assert (ended.code, ended.err) == (1, "error: vidra-0 has not started: no node has taken it yet\n")
