"""Cheap clusters: listeners that talk like API servers as far as Vidra asks, or that take connections and say nothing.

200 real control planes would need 80 GB. What is measured is Vidra; these only have to answer what it asks of an idle
cluster: its identity, its kinds, one watch, and applies.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
import ssl
import uuid
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

import trustme
from aiohttp import web

from benchmarks.objects import Json

TOKEN = "cheap"  # noqa: S105 - nobody looks at it
_RESOURCE = {
    "resource": "configmaps",
    "scope": "Namespaced",
    "verbs": ["create", "delete", "get", "list", "patch", "watch"],
    "responseKind": {"kind": "ConfigMap", "group": "", "version": "v1"},
}
_CORE = {"kind": "APIGroupDiscoveryList", "items": [{"versions": [{"version": "v1", "resources": [_RESOURCE]}]}]}
_GROUPS = {"kind": "APIGroupDiscoveryList", "items": []}
_END = {"k8s.io/initial-events-end": "true"}


class Fleet:
    """Any number of cheap clusters, each at a port of its own."""

    def __init__(self) -> None:
        self._authority = trustme.CA()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert("127.0.0.1").configure_cert(self._tls)
        self._objects: dict[tuple[int, str], Json] = {}
        self._version = 1
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_get("/api", lambda _: _answer(_CORE))
        application.router.add_get("/apis", lambda _: _answer(_GROUPS))
        application.router.add_get("/api/v1/namespaces/kube-system", self._identity)
        application.router.add_get("/api/v1/configmaps", self._watch)
        path = "/api/v1/namespaces/{namespace}/configmaps/{name}"
        application.router.add_patch(path, self._apply)
        application.router.add_get(path, self._get)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        self._stack.push_async_callback(self._runner.cleanup)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def healthy(self) -> str:
        """One more that answers; gives its address."""
        listener = _listener()
        await web.SockSite(self._runner, listener, ssl_context=self._tls).start()
        return _address(listener)

    async def silent(self) -> str:
        """One more that takes connections and never answers."""
        listener = _listener()

        async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                while await reader.read(1 << 16):
                    pass
            writer.transport.abort()

        server = await asyncio.start_server(hold, sock=listener)
        self._stack.callback(server.close)
        return _address(listener)

    def full(self) -> str:
        """One more whose backlog is full, as if all packets were dropped."""
        listener = self._stack.enter_context(_listener(backlog=0))
        for _ in range(4):
            client = self._stack.enter_context(socket.socket())
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                client.connect(listener.getsockname())
        return _address(listener)

    def kubeconfig(self, server: str) -> bytes:
        """What lets Vidra into one of them."""
        authority = base64.b64encode(self._authority.cert_pem.bytes()).decode()
        return json.dumps(
            {
                "clusters": [{"name": "it", "cluster": {"server": server, "certificate-authority-data": authority}}],
                "users": [{"name": "it", "user": {"token": TOKEN}}],
                "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
                "current-context": "it",
            }
        ).encode()

    async def _identity(self, request: web.Request) -> web.Response:
        uid = str(uuid.uuid5(uuid.NAMESPACE_URL, str(_port(request))))
        return await _answer({"metadata": {"name": "kube-system", "uid": uid, "resourceVersion": "1"}})

    async def _get(self, request: web.Request) -> web.Response:
        found = self._objects.get((_port(request), request.match_info["name"]))
        return await _answer(found) if found else web.json_response({"reason": "NotFound", "code": 404}, status=404)

    async def _apply(self, request: web.Request) -> web.Response:
        body: Json = json.loads(await request.read())
        key = _port(request), request.match_info["name"]
        self._version += 1
        fields: Json = {f"f:{name}": {} for name in body.get("data", {})}
        manager = {"manager": request.query["fieldManager"], "operation": "Apply", "fieldsV1": {"f:data": fields}}
        uid = self._objects[key]["metadata"]["uid"] if key in self._objects else str(uuid.uuid4())
        metadata = {**body["metadata"], "uid": uid, "resourceVersion": str(self._version), "managedFields": [manager]}
        self._objects[key] = {"metadata": metadata}
        return await _answer(self._objects[key])

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        port = _port(request)
        for (where, _), item in list(self._objects.items()):
            if where == port:
                await stream.write(_line("ADDED", item))
        end = {"metadata": {"resourceVersion": str(self._version), "annotations": _END}}
        await stream.write(_line("BOOKMARK", end))
        while True:
            await asyncio.sleep(50)
            await stream.write(_line("BOOKMARK", {"metadata": {"resourceVersion": str(self._version)}}))


async def _answer(body: Json) -> web.Response:
    return web.json_response(body)


def _line(kind: str, item: Any) -> bytes:
    return json.dumps({"type": kind, "object": item}).encode() + b"\n"


def _port(request: web.Request) -> int:
    assert request.transport is not None
    return int(request.transport.get_extra_info("sockname")[1])


def _listener(backlog: int = 64) -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(backlog)
    return listener


def _address(listener: socket.socket) -> str:
    return f"https://127.0.0.1:{listener.getsockname()[1]}"
