import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import structlog

from testkit.patience import HANG
from vidra.api.meta import Meta
from vidra.kube import event_recorder as module
from vidra.kube.client import Client
from vidra.kube.connection import Connection
from vidra.kube.event_recorder import Recorder

Json = dict[str, Any]


class Thing(msgspec.Struct, frozen=True):
    metadata: Meta
    kind: str = "ConfigMap"
    api_version: str = "v1"


@pytest.fixture
async def recorder(admin: Client) -> AsyncIterator[Recorder]:
    found = Recorder(admin)
    task = asyncio.create_task(found.run())
    yield found
    assert not task.done(), task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def thing(namespace: str, name: str = "thing", uid: str = "u-1") -> Thing:
    return Thing(Meta(name=name, namespace=namespace, uid=uid))


async def written(client: Client, namespace: str, count: int) -> list[Json]:
    """The Events of a namespace, once there are so many."""
    async with asyncio.timeout(HANG):
        while True:
            found: Json = await client.get(f"/api/v1/namespaces/{namespace}/events", Json)
            if len(found["items"]) >= count:
                return list(found["items"])
            await asyncio.sleep(0.02)


async def test_an_event_says_what_about_what(recorder: Recorder, admin: Client, namespace: str) -> None:
    recorder.say(thing(namespace), "Warning", "Because", "it is so")
    [event] = await written(admin, namespace, 1)
    assert (event["type"], event["reason"], event["message"]) == ("Warning", "Because", "it is so")
    assert event["involvedObject"] == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "name": "thing",
        "namespace": namespace,
        "uid": "u-1",
    }
    assert event["source"] == {"component": "vidra"}


async def test_the_same_is_not_said_twice(recorder: Recorder, admin: Client, namespace: str) -> None:
    for _ in range(3):
        recorder.say(thing(namespace), "Normal", "Again", "and again")
    recorder.say(thing(namespace), "Normal", "Again", "otherwise")
    recorder.say(thing(namespace, uid="u-2"), "Normal", "Again", "and again")
    recorder.say(thing(namespace), "Normal", "Last", "that is all")
    found = await written(admin, namespace, 4)
    assert len(found) == 4


async def test_what_a_status_said_before_a_start_is_repeated_only_when_it_lasts(
    recorder: Recorder, admin: Client, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert recorder.say(thing(namespace), "Warning", "Lasts", "as before", known=True), "worth a line in the log"
    assert not recorder.say(thing(namespace), "Warning", "Lasts", "as before", known=True)
    recorder.say(thing(namespace), "Warning", "Lasts", "otherwise")
    assert [event["message"] for event in await written(admin, namespace, 1)] == ["otherwise"]
    monkeypatch.setattr(module, "SAME_AGAIN", 0.0)
    recorder.say(thing(namespace), "Warning", "Lasts", "as before", known=True)
    recorder.say(thing(namespace, uid="u-2"), "Warning", "Lasts", "as before", known=True)
    assert len(await written(admin, namespace, 3)) == 3


async def test_long_words_and_names_are_cut_to_what_the_server_takes(
    recorder: Recorder, admin: Client, namespace: str
) -> None:
    name = "a" * 199 + "." + "b" * 53
    recorder.say(thing(namespace, name=name), "Normal", "Long", "ü" * 5000)
    [event] = await written(admin, namespace, 1)
    assert len(event["message"]) == module.MESSAGE_LIMIT
    assert event["message"].endswith("ü…")


async def test_too_many_are_dropped_and_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING", 3)
    client = Client(Connection(server="http://127.0.0.1:1"))
    recorder = Recorder(client)
    with structlog.testing.capture_logs() as logs:
        for number in range(5):
            recorder.say(thing("x"), "Normal", "Much", str(number))
    assert [line["event"] for line in logs] == ["event dropped"] * 2
    await client.close()


async def test_a_server_that_does_not_take_one_does_not_end_it(
    recorder: Recorder, admin: Client, namespace: str
) -> None:
    with structlog.testing.capture_logs() as logs:
        recorder.say(thing("no-such-namespace"), "Normal", "Lost", "nobody hears it")
        recorder.say(thing(namespace), "Normal", "Heard", "somebody does")
        await written(admin, namespace, 1)
    assert [line["event"] for line in logs].count("event not written") == 1  # others may speak meanwhile
