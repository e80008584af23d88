"""A page, and its server, on bad days: no API server, pages that do not read, too many of them, two people at once."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from testkit.environment import RESOURCES, Scene, has_reason
from testkit.eventually import eventually
from testkit.objects import config_map
from testkit.page import Browser
from vidra.kube.client import MERGE_PATCH, encode
from vidra.kube.connection import Connection
from vidra.manifests.write import write
from vidra.ui import app, stream

Open = Callable[..., Any]


async def test_an_api_server_that_is_away_is_said_and_not_taken_for_an_empty_one(opened: Open) -> None:
    page = await opened(connection=Connection(server="http://127.0.0.1:1"))
    async with page.stream("syncs") as event:
        seen = (await event("snapshot"))["sight"]["infrahubsyncs"]
    assert seen["current"] is False
    assert "cannot reach the API server" in seen["why"]
    answer = await page.get("api/me")
    assert answer.status == 502
    assert "cannot reach the API server" in answer.error


async def test_a_cluster_without_vidra_says_what_to_do(opened: Open) -> None:
    async def not_served(_request: web.BaseRequest) -> web.Response:
        return web.Response(status=404, text="404 page not found")

    runner = web.ServerRunner(web.Server(not_served))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    page = await opened(connection=Connection(server=f"http://127.0.0.1:{runner.addresses[0][1]}"))
    async with page.stream("syncs") as event:
        assert "vidra install" in (await event("snapshot"))["sight"]["infrahubsyncs"]["why"]
    await runner.cleanup()


@pytest.mark.occasional
async def test_a_page_that_does_not_read_is_cut_off(
    opened: Open, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "UNREAD", 0.2)
    monkeypatch.setattr(stream, "SHORTEST", 0.0)
    name = await scene.resource(write([config_map(f"map-{each:04}-{'x' * 200}") for each in range(300)]))
    await scene.until_resource(name)
    page = await opened()
    host, port = page.origin.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1)
    request = f"GET /api/stream?tables=objects,resources&resource={name} HTTP/1.1\r\nHost: {host}:{port}\r\n"
    writer.write(f"{request}Authorization: Bearer {page.secret}\r\n\r\n".encode())
    await reader.read(1)
    path = RESOURCES.path(name=name, subresource="status")

    async def is_cut_off() -> bool:
        """Change a row again and again, of which nothing is read."""
        for each in range(20):
            body = encode({"status": {"lastError": f"{each} {random.random()}"}})
            await scene.client.send("PATCH", path, body=body, content_type=MERGE_PATCH)
        writer.write(b"\n")
        return writer.transport.is_closing()

    await eventually(is_cut_off)
    writer.close()
    assert (await page.get("api/me")).status == 200


async def test_there_are_only_so_many_streams(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "MOST_STREAMS", 2)
    page = await opened()
    async with page.stream("syncs") as one, page.stream("syncs") as two:
        await asyncio.gather(one("snapshot"), two("snapshot"))
        answer = await page.get("api/stream", tables="syncs")
        assert answer.status == 503
        assert "close some" in answer.error
        assert (await page.get("api/me")).status == 200


async def test_one_comparison_at_a_time(opened: Open, scene: Scene) -> None:  # S15
    scene.infrahub.add_artifact("Web", write([config_map("one")]))
    sync = await scene.sync("Web", interval="1h")
    await scene.until_sync(sync)
    page = await opened()
    answers = await asyncio.gather(*(page.post("api/diff", {"name": f"isync/{sync}"}) for _ in range(4)))
    assert sorted({answer.status for answer in answers}) == [200, 429]
    assert (await page.post("api/diff", {"name": f"isync/{sync}"})).status == 200


async def test_hundreds_of_connections_that_say_nothing_keep_nobody_out(opened: Open) -> None:
    page = await opened()
    host, port = page.origin.removeprefix("http://").split(":")
    silent = [await asyncio.open_connection(host, int(port)) for _ in range(500)]
    assert (await page.get("api/me")).status == 200
    other = Browser(page.session, page.origin)
    assert (await other.get("api/me")).status == 401
    for _, writer in silent:
        writer.close()


async def test_a_manifest_that_cannot_be_read_is_shown_without_it(opened: Open, scene: Scene) -> None:
    name = await scene.resource("kind: Secret\nstringData: {password: not-to-be-seen\n")
    await scene.until_resource(name, has_reason("InvalidManifest"))
    page = await opened()
    answer = await page.get(f"api/detail/resource/{name}")
    assert answer.status == 200
    assert "not-to-be-seen" not in answer.text
