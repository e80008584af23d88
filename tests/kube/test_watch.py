"""A watch keeps its sink equal to the collection through whatever servers and networks do."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
import structlog
from aiohttp import web

from testkit.eventually import eventually
from testkit.patience import HANG
from vidra.kube import watch as module
from vidra.kube.client import Client
from vidra.kube.partial_metadata import LiveObject
from vidra.kube.watch import Watch

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Pretend = Callable[[Handler], Awaitable[Client]]

Scene = list[Json | str | None]

EXPIRED = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version"}


class Sink:
    """Holds what the watch says, and tells when it is as expected."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.lists = 0
        self.versions: list[int] = []
        """As of which the collection was read each time."""
        self._found: dict[str, LiveObject] = {}
        self._news = asyncio.Event()

    def changed(self, item: LiveObject) -> None:
        self.names[item.metadata.name] = item.metadata.resource_version
        self._news.set()

    def removed(self, item: LiveObject) -> None:
        self.names.pop(item.metadata.name, None)
        self._news.set()

    def found(self, item: LiveObject) -> None:
        self._found[item.metadata.uid] = item

    def listed(self, uids: Collection[str], version: int) -> None:
        self.versions.append(version)
        found, self._found = self._found, {}
        self.names = {found[uid].metadata.name: found[uid].metadata.resource_version for uid in uids}
        self.lists += 1
        self._news.set()

    async def until(self, *names: str) -> None:
        async with asyncio.timeout(HANG):
            while set(self.names) != set(names):
                self._news.clear()
                await self._news.wait()


class Script:
    """Answers watches with one scene after the other, the last one for good; a scene is lines, or a refusal."""

    def __init__(self, *scenes: Scene | web.Response) -> None:
        self._scenes = list(scenes)
        self.queries: list[dict[str, str]] = []

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        self.queries.append(dict(request.query))
        scene = self._scenes.pop(0) if len(self._scenes) > 1 else self._scenes[0]
        if isinstance(scene, web.Response):
            return web.Response(status=scene.status, body=scene.body, headers=scene.headers)
        answer = web.StreamResponse()
        await answer.prepare(request)
        for line in scene:
            if line is None:
                await asyncio.Event().wait()
            text = line if isinstance(line, str) else msgspec.json.encode(line).decode() + "\n"
            await answer.write(text.encode())
        return answer


def event(kind: str, name: str, version: int) -> Json:
    return {"type": kind, "object": thing(name, version)}


def thing(name: str, version: int) -> Json:
    return {"metadata": {"name": name, "uid": f"uid-{name}", "resourceVersion": str(version)}}


def bookmark(version: int, *, complete: bool = False) -> Json:
    annotations = {"k8s.io/initial-events-end": "true"} if complete else {}
    return {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": str(version), "annotations": annotations}}}


def refusal(code: int, message: str = "no", **headers: str) -> web.Response:
    return web.json_response({"kind": "Status", "message": message, "code": code}, status=code, headers=headers)


def page(version: int, *names: str, more: str = "") -> web.Response:
    meta = {"resourceVersion": str(version), "continue": more}
    return web.json_response({"metadata": meta, "items": [thing(name, version) for name in names]})


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of milliseconds, so that many tries fit into a test."""
    monkeypatch.setattr(module, "_pause", lambda failures, _: 0.01 * failures)
    monkeypatch.setattr(random, "uniform", lambda low, _: low)


@asynccontextmanager
async def watching(client: Client, sink: Sink) -> AsyncIterator[Watch[LiveObject]]:
    watch = Watch(client, "/things", LiveObject, sink, selector="a=b")
    task = asyncio.create_task(watch.run())
    try:
        yield watch
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_list_comes_as_a_stream_and_changes_follow_on_the_same_connection(pretend: Pretend) -> None:
    script = Script(
        [
            event("ADDED", "a", 1),
            event("ADDED", "b", 2),
            bookmark(5, complete=True),
            event("DELETED", "a", 6),
            event("ADDED", "c", 7),
            None,
        ]
    )
    sink = Sink()
    async with watching(await pretend(script), sink) as watch:
        await sink.until("b", "c")
        assert watch.synced.is_set()
    assert (sink.lists, len(script.queries)) == (1, 1)
    query = script.queries[0]
    assert (query["sendInitialEvents"], query["labelSelector"]) == ("true", "a=b")
    assert query["allowWatchBookmarks"] == "true"


@pytest.mark.parametrize("code", [400, 422])
async def test_a_server_without_streamed_lists_is_asked_page_by_page(pretend: Pretend, code: int) -> None:
    script = Script(refusal(code), page(4, "a", more="next"), page(4, "b"), [event("ADDED", "c", 5), None])
    sink = Sink()
    async with watching(await pretend(script), sink):
        await sink.until("a", "b", "c")
    assert sink.lists == 1
    assert [query.get("continue") for query in script.queries] == [None, None, "next", None]
    assert script.queries[3]["resourceVersion"] == "4"


async def test_it_goes_on_from_the_last_version_when_a_connection_ends(pretend: Pretend) -> None:
    script = Script(
        [event("ADDED", "a", 1), bookmark(3, complete=True), event("ADDED", "b", 8)],
        [event("ADDED", "c", 9), bookmark(20)],
        [event("ADDED", "d", 21), None],
    )
    sink = Sink()
    async with watching(await pretend(script), sink):
        await sink.until("a", "b", "c", "d")
    assert sink.lists == 1
    assert [query.get("resourceVersion") for query in script.queries] == [None, "8", "20"]


@pytest.mark.parametrize("how", ["event", "status"])
async def test_an_expired_version_reads_all_again_and_finds_what_was_removed(pretend: Pretend, how: str) -> None:
    in_band: Scene = [{"type": "ERROR", "object": EXPIRED}]
    expired = refusal(410) if how == "status" else in_band
    script = Script(
        [event("ADDED", "a", 1), event("ADDED", "b", 1), bookmark(2, complete=True)],
        expired,
        [event("ADDED", "b", 1), bookmark(9, complete=True), None],
    )
    sink = Sink()
    async with watching(await pretend(script), sink):
        await sink.until("a", "b")
        await sink.until("b")
    assert sink.lists == 2


async def test_a_server_where_every_version_is_expired_is_not_asked_without_a_pause(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[int] = []

    def pause(failures: int, _: Exception) -> float:
        pauses.append(failures)
        return 0.01

    monkeypatch.setattr(module, "_pause", pause)
    script = Script([bookmark(2, complete=True), {"type": "ERROR", "object": EXPIRED}])
    async with watching(await pretend(script), Sink()):
        await eventually(lambda: len(script.queries) >= 5)
    assert len(pauses) >= 4


@pytest.mark.parametrize(("first", "second", "told"), [(100, 40, -1), (100, 140, 140), (100, 100, 100)])
async def test_what_was_cut_is_read_afresh_and_versions_that_went_back_are_told(
    pretend: Pretend, first: int, second: int, told: int
) -> None:
    script = Script(
        [event("ADDED", "a", first), bookmark(first, complete=True), "<\n"],
        refusal(500),
        [event("ADDED", "b", second), bookmark(second, complete=True), None],
    )
    sink = Sink()
    async with watching(await pretend(script), sink) as watch:
        await sink.until("b")
        assert watch.current
    assert sink.versions == [first, told]
    assert [query.get("resourceVersion") for query in script.queries] == [None, None, None]


async def test_versions_are_compared_with_those_of_changes_too(pretend: Pretend) -> None:
    script = Script(
        [bookmark(3, complete=True), event("ADDED", "a", 90), bookmark(100)],
        refusal(504, "Too large resource version"),
        [event("ADDED", "b", 40), bookmark(50, complete=True), None],
    )
    sink = Sink()
    async with watching(await pretend(script), sink):
        await sink.until("b")
    assert sink.versions == [3, -1]
    assert [query.get("resourceVersion") for query in script.queries] == [None, "100", None]


async def test_a_watch_that_waits_for_its_next_try_can_be_hurried(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_pause", lambda *_: 3600)
    script = Script(refusal(500), [bookmark(3, complete=True), None])
    async with watching(await pretend(script), Sink()) as watch:
        await watch.heard.wait()
        assert not watch.current
        await eventually(lambda: watch.interrupted is not None)
        watch.hurry()
        await watch.synced.wait()


async def test_half_a_line_is_dropped_and_its_event_comes_again(pretend: Pretend) -> None:
    whole = msgspec.json.encode(event("ADDED", "b", 4)).decode()
    script = Script(
        [bookmark(3, complete=True), whole[:20]],
        [whole[:30], whole[30:] + "\n", None],
    )
    sink = Sink()
    async with watching(await pretend(script), sink):
        await sink.until("b")
    assert script.queries[1]["resourceVersion"] == "3"


async def test_a_list_that_breaks_off_is_not_taken_for_the_whole(pretend: Pretend) -> None:
    script = Script(
        [event("ADDED", "a", 1), event("ADDED", "b", 1), bookmark(2, complete=True)],
        [{"type": "ERROR", "object": EXPIRED}],
        [event("ADDED", "a", 1)],
        [event("ADDED", "a", 1), event("ADDED", "b", 1), bookmark(2, complete=True), None],
    )
    sink = Sink()
    async with watching(await pretend(script), sink):
        while len(script.queries) < 4:
            await asyncio.sleep(0.01)
            assert set(sink.names) in (set(), {"a", "b"})
        await sink.until("a", "b")


async def test_a_silent_connection_counts_as_dead(pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENCE", 0.1)
    script = Script([bookmark(3, complete=True), None], [event("ADDED", "b", 4), bookmark(5, complete=True), None])
    sink = Sink()
    async with watching(await pretend(script), sink):
        await sink.until("b")


async def test_an_object_that_cannot_be_read_stops_no_other(pretend: Pretend) -> None:
    broken = {"type": "ADDED", "object": {"metadata": {"name": "x", "resourceVersion": "2", "generation": "two"}}}
    script = Script([event("ADDED", "a", 1), broken, bookmark(3, complete=True), broken, event("ADDED", "b", 5), None])
    sink = Sink()
    with structlog.testing.capture_logs() as logs:
        async with watching(await pretend(script), sink):
            await sink.until("a", "b")
    assert {(line["event"], line["name"]) for line in logs} == {("object cannot be read", "x")}
    assert len(script.queries) == 1


@pytest.mark.parametrize(
    "nonsense",
    [
        "<html>\n",
        '{"type": "ADDED"}\n',
        '{"type": "MODIFIED", "object": {}}\n',
        '{"type": "MODIFIED", "object": null}\n',
        '{"type": "ERROR", "object": "no"}\n',
        '{"type": "ERROR", "object": {"code": 500, "message": "etcd"}}\n',
    ],
)
async def test_nonsense_breaks_the_connection_and_not_the_watch(pretend: Pretend, nonsense: str) -> None:
    script = Script(
        [bookmark(3, complete=True), nonsense, None], [event("ADDED", "b", 4), bookmark(5, complete=True), None]
    )
    sink = Sink()
    async with watching(await pretend(script), sink):
        await sink.until("b")


async def test_a_login_page_in_place_of_a_list_is_a_server_that_is_away(pretend: Pretend) -> None:
    script = Script(refusal(422), web.Response(text="<html>"), [event("ADDED", "b", 4), bookmark(5, complete=True)])
    sink = Sink()
    async with watching(await pretend(script), sink):
        await eventually(lambda: len(script.queries) >= 4)
        assert sink.lists == 0


async def test_a_connection_that_brought_something_is_no_failure(
    pretend: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[int] = []

    def pause(count: int, _: Exception) -> float:
        failures.append(count)
        return 0

    monkeypatch.setattr(module, "_pause", pause)
    script = Script(
        [bookmark(3, complete=True), "<", "\n"],
        [event("ADDED", "a", 4), bookmark(4, complete=True), "<\n"],
        [event("ADDED", "a", 4), event("ADDED", "b", 5), bookmark(5, complete=True), "<\n"],
        [event("ADDED", "c", 6), bookmark(6, complete=True), None],
    )
    sink = Sink()
    async with watching(await pretend(script), sink):
        await sink.until("c")
    assert failures == [1, 1, 1]


async def test_the_real_server_streams_its_lists_and_its_changes(admin: Client, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    await admin.send("POST", path, body=b'{"metadata": {"name": "one"}}')
    sink = Sink()
    task = asyncio.create_task(Watch(admin, path, LiveObject, sink, metadata_only=True).run())
    await eventually(lambda: "one" in sink.names)
    await admin.send("POST", path, body=b'{"metadata": {"name": "two"}}')
    await admin.send("DELETE", f"{path}/one")
    await eventually(lambda: set(sink.names) - {"kube-root-ca.crt"} == {"two"})
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert sink.lists == 1
