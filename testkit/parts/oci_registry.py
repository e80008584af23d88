"""A registry on loopback that asks who one is, with tokens as the distribution gives them, before a real one or alone.

Without a real one, what is pushed is kept in memory and given as the specification says.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

import aiohttp
from aiohttp import web

from testkit.parts.running import Running

FLUX = "application/vnd.cncf.flux.content.v1.tar+gzip"
ARGO = "application/vnd.oci.image.layer.v1.tar+gzip"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
Fault = Callable[[web.Request], Awaitable[web.StreamResponse | None]]
Layers = list[tuple[str, bytes]]


class Asked(NamedTuple):
    """One request."""

    method: str
    path: str
    authorization: str


class OciRegistry(Running):
    """From `async with` to its end, what was pushed can be pulled.

    Args:
        upstream: URL of a real registry, which keeps what is pushed.

    Attributes:
        url: Where it is, for a spec.
        scheme: How it wants to know who asks: "", "basic" or "bearer".
        realm: Where it sends those who need a token, if not to itself.
        users: Those who may pull, with their passwords.
        asked: The requests that came.
        fault: Is asked first, and may answer in its place.
        page: Tags on one page.
    """

    url: str

    def __init__(self, upstream: str = "") -> None:
        super().__init__()
        self.scheme = ""
        self.realm = ""
        self.users: dict[str, str] = {}
        self.asked: list[Asked] = []
        self.fault: Fault | None = None
        self.page = 1_000
        self._upstream = upstream
        self._tokens: set[str] = set()
        self._blobs: dict[str, bytes] = {}
        self._manifests: dict[tuple[str, str], bytes] = {}
        self._tags: dict[str, list[str]] = {}

    @property
    def base(self) -> str:
        """Where it is, for a browser."""
        return self.url.replace("oci://", "http://")

    async def push(self, name: str, tag: str, layers: Layers, manifest: Mapping[str, Any] | None = None) -> str:
        """Store an artifact; the digest of its manifest."""
        described = [{"mediaType": kind, "digest": _digest(data), "size": len(data)} for kind, data in layers]
        config = {"mediaType": "application/vnd.oci.empty.v1+json", "digest": _digest(b"{}"), "size": 2}
        fields = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": described, **(manifest or {})}
        body = json.dumps(fields).encode()
        if self._upstream:
            await self._store(name, tag, [b"{}", *(data for _, data in layers)], body)
            return _digest(body)
        self._blobs |= {_digest(data): data for data in (b"{}", *(data for _, data in layers))}
        self._manifests[name, tag] = self._manifests[name, _digest(body)] = body
        self._tags[name] = sorted({*self._tags.get(name, []), tag})
        return _digest(body)

    async def _store(self, name: str, tag: str, blobs: list[bytes], manifest: bytes) -> None:
        async with aiohttp.ClientSession(f"{self._upstream}/v2/{name}/", raise_for_status=True) as session:
            for data in blobs:
                started = await session.post("blobs/uploads/")
                place = started.headers["Location"]
                target = f"{self._upstream}{place}" if place.startswith("/") else place
                await session.put(target, params={"digest": _digest(data)}, data=data)
            await session.put(f"manifests/{tag}", data=manifest, headers={"Content-Type": MANIFEST})

    async def _start(self, stack: AsyncExitStack) -> None:
        app = web.Application()
        app.router.add_get("/token", self._token)
        app.router.add_route("*", "/v2/{name:.+}/{kind:manifests|blobs|tags|referrers}/{what}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"oci://127.0.0.1:{runner.addresses[0][1]}"

    async def _token(self, request: web.Request) -> web.StreamResponse:
        self._note(request)
        if self.fault is not None and (answer := await self.fault(request)) is not None:
            return answer
        if self.users and not self._known(request):
            return web.Response(status=401, text="wrong password")
        token = secrets.token_hex(8)
        self._tokens.add(token)
        return web.json_response({"token": token, "expires_in": 300})

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self._note(request)
        if self.fault is not None and (answer := await self.fault(request)) is not None:
            return answer
        if self.scheme and not self._may(request):
            return self._challenge(request)
        return await self._forward(request) if self._upstream else self._own(request)

    def _note(self, request: web.Request) -> None:
        self.asked.append(Asked(request.method, request.path_qs, request.headers.get("Authorization", "")))

    def _known(self, request: web.Request) -> bool:
        pairs = (f"{user}:{password}".encode() for user, password in self.users.items())
        known = {f"Basic {base64.b64encode(pair).decode()}" for pair in pairs}
        return request.headers.get("Authorization") in known

    def _may(self, request: web.Request) -> bool:
        if self.scheme == "basic":
            return self._known(request)
        return request.headers.get("Authorization", "").removeprefix("Bearer ") in self._tokens

    def _challenge(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        realm = self.realm or f"{self.base}/token"
        more = f'Bearer realm="{realm}",service="registry",scope="repository:{name}:pull"'
        said = more if self.scheme == "bearer" else 'Basic realm="registry"'
        return web.json_response({"errors": [{"code": "UNAUTHORIZED"}]}, status=401, headers={"WWW-Authenticate": said})

    async def _forward(self, request: web.Request) -> web.Response:
        headers = {"Accept": request.headers.get("Accept", "*/*")}
        async with aiohttp.request(request.method, f"{self._upstream}{request.path_qs}", headers=headers) as answer:
            kept = {name: answer.headers[name] for name in ("Docker-Content-Digest", "Link") if name in answer.headers}
            return web.Response(
                status=answer.status, body=await answer.read(), headers=kept, content_type=answer.content_type
            )

    def _own(self, request: web.Request) -> web.Response:
        name, what = request.match_info["name"], request.match_info["what"]
        if request.match_info["kind"] == "tags":
            return self._page(request, name)
        if request.match_info["kind"] == "referrers":
            return self._referrers(name, what)
        manifest = request.match_info["kind"] == "manifests"
        body = self._manifests.get((name, what)) if manifest else self._blobs.get(what)
        if body is None:
            return web.json_response({"errors": [{"code": "UNKNOWN"}]}, status=404)
        headers = {"Docker-Content-Digest": _digest(body)}
        kind = MANIFEST if manifest else "application/octet-stream"
        return web.Response(body=body, headers=headers, content_type=kind)

    def _referrers(self, name: str, subject: str) -> web.Response:
        """The manifests that say that they are about another one."""
        found = []
        for (place, digest), body in self._manifests.items():
            manifest = json.loads(body)
            if place == name and digest.startswith("sha256:") and manifest.get("subject", {}).get("digest") == subject:
                found.append({"digest": digest, "artifactType": manifest.get("artifactType", ""), "size": len(body)})
        return web.json_response({"schemaVersion": 2, "manifests": found})

    def _page(self, request: web.Request, name: str) -> web.Response:
        tags, last = self._tags.get(name, []), request.query.get("last", "")
        rest = [tag for tag in tags if tag > last]
        page = rest[: self.page]
        link = f'</v2/{name}/tags/list?last={page[-1]}>; rel="next"' if len(rest) > len(page) else ""
        headers = {"Link": link} if link else {}
        return web.json_response({"name": name, "tags": page}, headers=headers, status=200 if tags else 404)


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
