"""However an API server answers, only so much of it is held in memory, and honest answers only wait for each other."""

import asyncio
import contextlib
import gzip
import json
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import pytest
from aiohttp import web

from testkit.eventually import eventually
from testkit.patience import HANG
from vidra.api.names import MANAGER_PREFIX
from vidra.kube import answers, object_cache, pages, watch
from vidra.kube.answers import AnswerBudget
from vidra.kube.client import JSON, Client
from vidra.kube.connection import Connection
from vidra.kube.decode import decode
from vidra.kube.errors import UnintelligibleError, UnreachableError
from vidra.kube.object_cache import Memory
from vidra.kube.object_snapshot import snapshot_of
from vidra.kube.operations import apply, look
from vidra.kube.partial_metadata import ANNOTATIONS, METADATA_LIST, METADATA_ONLY, LiveList, LiveMeta, LiveObject
from vidra.kube.watch import Watch

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Pretend = Callable[[Handler], Awaitable[Client]]


def saying(body: bytes, **headers: str) -> Handler:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type=JSON, headers=headers)

    return answer


def streaming(body: bytes) -> Handler:
    """The same without saying before how large it is."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            for start in range(0, len(body), 10_000):
                await response.write(body[start : start + 10_000])
        return response

    return answer


def object_of(size: int) -> bytes:
    return b'{"metadata": {"uid": "u"}, "data": "' + b"a" * size + b'"}'


@pytest.mark.parametrize("most", ["METADATA", "OBJECT", "LIST"])
async def test_an_answer_is_as_large_as_what_was_asked_for_can_be(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch, most: str
) -> None:
    for number, name in enumerate(("METADATA", "OBJECT", "LIST"), 1):
        monkeypatch.setattr(answers, name, number * 100_000)
    asked: dict[str, dict[str, Any]] = {
        "METADATA": {"accept": METADATA_ONLY},
        "OBJECT": {},
        "LIST": {"query": {"limit": "5"}},
    }
    limit = getattr(answers, most)
    found = await (await pretend(saying(object_of(limit - 100)))).get("/x", LiveObject, **asked[most])
    assert found.metadata.uid == "u"
    for server in (saying(object_of(limit)), streaming(object_of(limit))):
        with pytest.raises(UnreachableError, match=f"says more than {limit:,} bytes at once"):
            await (await pretend(server)).get("/x", LiveObject, **asked[most])


async def test_an_honest_object_fits_however_json_writes_it(pretend: Pretend) -> None:
    """1.5 MiB is what etcd takes, and `<` is written as six characters."""
    text = "<" * (3 << 19)
    body = json.dumps({"data": text}).replace("<", "\\u003c").encode()
    assert await (await pretend(saying(body))).get("/x", dict[str, str]) == {"data": text}


async def test_answers_are_not_unpacked(pretend: Pretend) -> None:
    """61 KB that unpack to 60 MiB; an answer that a proxy packs all the same says what is wrong."""
    client = await pretend(saying(gzip.compress(object_of(1 << 20)), **{"Content-Encoding": "gzip"}))
    for ask in (client.get("/x", LiveObject), look(client, "/x"), apply(client, "/x", b"{}", manager="m", force=True)):
        with pytest.raises(UnreachableError, match="packs its answers"):
            await ask


@pytest.mark.parametrize(
    "meta",
    [
        {"annotations": {"a": "x" * ANNOTATIONS}},
        {"annotations": {f"{number}": "" for number in range(20_000)}},
        {"labels": {f"{number}": "" for number in range(20_000)}},
        {"finalizers": ["x"] * 20_000},
        {"managedFields": [{}] * 20_000},
        {"ownerReferences": [{"apiVersion": "v1", "kind": "K", "name": "n", "uid": "u"}] * 20_000},
        {"name": "n" * 2_000},
        {"uid": "u" * 2_000},
    ],
    ids=lambda meta: next(iter(meta)),
)
def test_metadata_that_no_api_server_accepts_are_not_kept(meta: dict[str, Any]) -> None:
    with pytest.raises(UnintelligibleError, match="than any API server accepts"):
        decode(json.dumps({"metadata": meta}).encode(), LiveObject)


async def test_only_so_many_bytes_are_received_at_a_time_and_everybody_gets_a_turn() -> None:
    budget, held, most = AnswerBudget(10), 0, 0

    async def one(size: int) -> None:
        nonlocal held, most
        async with budget.share(size):
            held += size
            most = max(most, held)
            await asyncio.sleep(0)
            held -= size

    async with asyncio.timeout(HANG):
        await asyncio.gather(*(one(size) for size in (4, 4, 10, 1, 3, 10, 7, 100 // 10)))
    assert (held, most) == (0, 10)


async def test_whoever_gives_up_leaves_its_share_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    budget = AnswerBudget(10)
    async with budget.share(6):
        first, second = budget.share(10), budget.share(4)
        waiting, behind = asyncio.ensure_future(first.__aenter__()), asyncio.ensure_future(second.__aenter__())
        await asyncio.sleep(0)
        assert not behind.done()  # first come, first served
        waiting.cancel()
        async with asyncio.timeout(HANG):
            await behind
        monkeypatch.setattr(answers, "LONGEST_WAIT", 0.01)
        with pytest.raises(TimeoutError):
            await budget.share(1).__aenter__()
        await second.__aexit__(None, None, None)
    assert budget._left == 10


async def test_large_answers_of_one_server_wait_for_each_other_and_all_arrive(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "OBJECT", 1 << 20)
    pretended = await pretend(saying(object_of(900_000)))
    client = Client(Connection(server=pretended.connection.server))
    client._budget = budget = AnswerBudget(2 << 20)
    least = budget._left
    serve = budget._serve

    def watched() -> None:
        nonlocal least
        serve()
        least = min(least, budget._left)

    monkeypatch.setattr(budget, "_serve", watched)
    async with asyncio.timeout(HANG):
        found = await asyncio.gather(*(client.get("/x", LiveObject) for _ in range(12)))
    await client.close()
    assert len(found) == 12
    assert 0 <= least < 1 << 20
    assert budget._left == 2 << 20


async def test_a_list_without_an_end_is_an_error(pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_PAGES", 20)
    client = await pretend(saying(b'{"metadata": {"continue": "more"}, "items": []}'))
    with pytest.raises(UnreachableError, match="lists /x without an end"):
        async for _ in pages.pages(client, "/x", LiveList, accept=METADATA_LIST, query={}):
            pass


async def test_a_page_that_is_too_large_is_asked_for_with_fewer_objects(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "LIST", 100_000)
    asked: list[tuple[int, str]] = []

    async def large(request: web.Request) -> web.StreamResponse:
        size, start = int(request.query["limit"]), int(request.query.get("continue", "0"))
        asked.append((size, request.query["labelSelector"]))
        end = min(10, start + size)
        items = [{"metadata": {"uid": str(number)}, "data": "x" * 30_000} for number in range(start, end)]
        return web.json_response({"metadata": {"continue": str(end) if end < 10 else ""}, "items": items})

    client = await pretend(large)
    found = pages.pages(client, "/x", LiveList, accept=METADATA_LIST, query={"labelSelector": "a"}, size=20)
    uids = [item.metadata.uid async for page in found for item in page.items or ()]
    assert uids == [str(number) for number in range(10)]
    assert asked[:2] == [(20, "a"), (2, "a")]


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_collection_without_an_end_interrupts_its_own_watch(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch, streamed: bool
) -> None:
    monkeypatch.setattr(watch, "MOST_OBJECTS", 50)
    monkeypatch.setattr(object_cache, "MOST_OBJECTS", 50)
    memory = Memory(lambda item: snapshot_of(item.metadata), lambda _old, _new: None, shows_ends=False)
    number = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal number
        if request.query.get("watch") and not streamed:
            return web.json_response({"kind": "Status", "message": "no such option"}, status=400)
        response = web.StreamResponse()
        await response.prepare(request)
        items = []
        for _ in range(200):
            number += 1
            items.append({"metadata": {"uid": f"u{number}", "name": f"n{number}", "resourceVersion": str(number)}})
        if streamed:
            for item in items:
                await response.write(json.dumps({"type": "ADDED", "object": item}).encode() + b"\n")
        else:
            await response.write(json.dumps({"metadata": {"continue": "more"}, "items": items}).encode())
        return response

    class Sink:
        changed, removed = memory.changed, memory.removed

        def found(self, item: LiveObject) -> None:
            memory.found(item)

        def listed(self, uids: Collection[str], version: int) -> None:
            raise AssertionError(f"it is never complete: {len(uids)} as of {version}")

    found = Watch(await pretend(endless), "/x", LiveObject, Sink())
    task = asyncio.create_task(found.run())
    await eventually(lambda: "more than 50 objects" in str(found.interrupted))
    task.cancel()
    assert not found.current
    assert len(memory._objects) <= 50


def test_a_collection_that_grows_without_an_end_keeps_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_cache, "MOST_OBJECTS", 2)
    memory = Memory(lambda item: snapshot_of(item.metadata), lambda _old, _new: None, shows_ends=False)

    def seen(name: str, version: int) -> None:
        memory.changed(LiveObject(LiveMeta(name=name, uid=f"{MANAGER_PREFIX}{name}", resource_version=str(version))))

    seen("a", 1)
    seen("b", 2)
    with pytest.raises(UnintelligibleError, match="more than 2 objects"):
        seen("c", 3)
    seen("a", 4)
    assert [state.version for name in "ab" if (state := memory.get(("", name)))] == [4, 2]
