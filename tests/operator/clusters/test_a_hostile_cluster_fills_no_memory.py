"""A cluster whose API server answers with more than it can have to say is said to be wrong, and harms nobody else."""

import asyncio
import base64
import gzip
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import aiohttp
import pytest
import trustme
from aiohttp import web

from testkit.environment import condition, has_reason
from testkit.objects import config_map
from testkit.remote import BOX, Remote
from vidra.manifests.write import write

AUTHORITY = trustme.CA()
PASSED = {"accept", "content-type", "authorization"}
SIZE = 5 << 20
Answer = tuple[bytes, Mapping[str, str]]


def packed() -> Answer:
    """Five kilobytes that unpack to five megabytes."""
    return gzip.compress(b'{"metadata": {"name": "' + b"a" * SIZE + b'"}}'), {"Content-Encoding": "gzip"}


def large() -> Answer:
    return b'{"metadata": {"uid": "u"}, "data": "' + b"a" * SIZE + b'"}', {}


def annotated() -> Answer:
    annotations = b",".join(b'"%x": ""' % number for number in range(50_000))
    return b'{"metadata": {"uid": "u", "annotations": {' + annotations + b"}}}", {}


@asynccontextmanager
async def hostile(remote: Remote, answer: Answer) -> AsyncIterator[asyncio.Event]:
    """An API server in the place of the remote one: it answers writes as it likes, until the event is set."""
    honest = asyncio.Event()
    body, headers = answer
    plane = remote.scene.plane
    upstream = aiohttp.TCPConnector(ssl=ssl.create_default_context(cadata=plane.ca.decode()))

    async def pass_on(request: web.Request) -> web.StreamResponse:
        sent = await request.read()
        if request.method == "PATCH" and not honest.is_set():
            return web.Response(body=body, content_type="application/json", headers=headers)
        kept = {name: value for name, value in request.headers.items() if name.lower() in PASSED}
        url = plane.server + request.path_qs
        async with session.request(request.method, url, data=sent or None, headers=kept) as came:
            response = web.StreamResponse(status=came.status, headers={"Content-Type": came.headers["Content-Type"]})
            await response.prepare(request)
            async for chunk in came.content.iter_any():
                await response.write(chunk)
            return response

    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(secure)
    app = web.Application(client_max_size=1 << 24)
    app.router.add_route("*", "/{path:.*}", pass_on)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0, handler_cancellation=True)
    async with aiohttp.ClientSession(connector=upstream, timeout=aiohttp.ClientTimeout(total=None)) as session:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=secure).start()
        remote.moved_to(f"https://127.0.0.1:{runner.addresses[0][1]}")
        authority = base64.b64encode(AUTHORITY.cert_pem.bytes()).decode()
        remote.config["clusters"][0]["cluster"]["certificate-authority-data"] = authority
        yield honest
        await runner.cleanup()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (packed, "packs its answers, which was not asked for"),
        (large, "says more than 2,097,152 bytes at once"),
        (annotated, "it has more metadata than any API server accepts"),
    ],
)
async def test_answers_of_no_honest_size_are_refused(remote: Remote, answer: Callable[[], Answer], told: str) -> None:
    async with hostile(remote, answer()) as honest:
        await remote.credentials()
        name = await remote.resource(BOX)
        found = await remote.home.until_resource(name, has_reason("ClusterUnreachable"))
        assert told in condition(found)["message"]
        other = await remote.home.resource(write([config_map("local")]))
        await remote.home.until_resource(other)
        honest.set()
        await remote.home.request(name, "now")
        assert await remote.box() is not None
        await remote.end(name)
