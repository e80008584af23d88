"""A cluster that is bad in some way is said to be, harms nobody else, and is made right when it is back."""

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from testkit.environment import Scene, condition, has_reason
from testkit.model.faulty_proxy import Wire
from testkit.objects import config_map
from testkit.patience import HANG
from testkit.remote import BOX, Remote
from vidra.manifests.write import write

_numbers = itertools.count(1)


@asynccontextmanager
async def silent() -> AsyncIterator[str]:
    """A server that takes connections and never says a word."""
    held: list[asyncio.StreamWriter] = []

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)
        with contextlib.suppress(OSError):
            while await reader.read(1 << 16):
                pass

    async with await asyncio.start_server(hold, "127.0.0.1", 0) as server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for writer in held:
            writer.transport.abort()


@contextmanager
def full() -> Iterator[str]:
    """A listener whose backlog is full: to whoever comes now it is as if packets were dropped."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                client.connect(listener.getsockname())
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"


async def others_go_on(home: Scene) -> None:
    """A VidraResource of another cluster, here the local one, is served."""
    for _ in range(3):
        name = await home.resource(write([config_map(f"local-{next(_numbers)}")]))
        await home.until_resource(name)


async def test_a_server_that_never_answers_is_said_and_holds_nobody_up(remote: Remote) -> None:
    async with silent() as server:
        remote.moved_to(server)
        await remote.credentials()
        names = [await remote.resource(interval="1s") for _ in range(40)]
        await others_go_on(remote.home)
        for name in names:
            await remote.home.until_resource(name, has_reason("ClusterUnreachable"))
        await others_go_on(remote.home)


@pytest.mark.occasional
async def test_a_listener_with_a_full_backlog_is_said_and_holds_nobody_up(remote: Remote) -> None:
    with full() as server:
        remote.moved_to(server)
        await remote.credentials()
        names = [await remote.resource(interval="1s") for _ in range(40)]
        await others_go_on(remote.home)
        for name in names:
            await remote.home.until_resource(name, has_reason("ClusterUnreachable"))


@pytest.mark.occasional
async def test_a_cluster_that_stops_answering_in_the_middle_is_noticed_and_made_right_when_it_goes_on(
    remote: Remote,
) -> None:
    """Its API server is stopped, not ended: connections stay open, as when packets are dropped on the way."""
    await remote.credentials()
    idle = await remote.resource(write([config_map("idle")]), interval="1h")
    await remote.home.until_resource(idle)
    with remote.scene.plane.apiserver_halted():
        busy = [await remote.resource(write([config_map(f"box-{n}")]), interval="1h") for n in range(20)]
        await others_go_on(remote.home)
        for name in (idle, *busy):
            await remote.home.until_resource(name, has_reason("ClusterUnreachable"))
    for name in (idle, *busy):
        await remote.home.until_resource(name)
    assert await remote.box("box-19")


async def test_one_that_comes_back_is_taken_up_without_waiting_for_the_interval(remote: Remote) -> None:
    await remote.credentials()
    names = [await remote.resource(write([config_map(f"box-{n}")]), interval="1h") for n in range(10)]
    for name in names:
        await remote.home.until_resource(name)
    await remote.scene.plane.stop_apiserver()
    try:
        for name in names:
            await remote.home.until_resource(name, has_reason("ClusterUnreachable"))
    finally:
        await remote.scene.plane.start_apiserver()
    mark = remote.scene.plane.audit.mark()
    for name in names:
        await remote.home.until_resource(name)
    sent = [entry for entry in await remote.scene.plane.audit.since(mark) if entry.user_agent.startswith("vidra/")]
    assert not [entry for entry in sent if entry.verb == "patch"], "nothing had changed, so nothing is applied"
    assert len([entry for entry in sent if entry.resource == "namespaces" and entry.name == "kube-system"]) <= 5


async def test_another_certificate_is_said(remote: Remote, west: Remote) -> None:
    """The address answers with a certificate of another authority than the kubeconfig names."""
    remote.moved_to(west.server)
    await remote.credentials()
    resource = await remote.home.until_resource(await remote.resource(), has_reason("ClusterUnreachable"))
    assert "certificate" in condition(resource)["message"].lower()


async def test_an_expired_token_is_said_of_those_that_are_idle_too(remote: Remote) -> None:
    await remote.credentials()
    name = await remote.resource(interval="1h")
    await remote.home.until_resource(name)
    token = remote.user["token"]
    remote.user["token"] = "expired"
    await remote.credentials()
    await remote.home.until_resource(name, has_reason("ClusterUnauthorized"))
    remote.user["token"] = token
    await remote.credentials()
    await remote.home.until_resource(name)
    await remote.end(name)


@pytest.mark.occasional
async def test_a_slow_cluster_does_not_slow_the_others(remote: Remote) -> None:
    """Every byte takes a second on its way there."""
    async with Wire(remote.server) as wire:
        wire.delay = 1.0
        remote.moved_to(wire.url)
        await remote.credentials()
        names = [await remote.resource(write([config_map(f"box-{n}")])) for n in range(6)]
        await others_go_on(remote.home)
        for name in names:
            await remote.home.until_resource(name)
        await others_go_on(remote.home)


async def test_a_sync_of_a_dead_cluster_ends_at_its_time_out(remote: Remote) -> None:
    remote.home.infrahub.add_artifact("Colours", BOX)
    await remote.credentials()
    sync = await remote.home.sync("Colours", destination={"server": remote.server}, deletionTimeout="2s")
    await remote.home.until_sync(sync)
    (resource,) = await remote.home.resources_of(sync)
    with remote.scene.plane.apiserver_halted():
        await remote.home.plane.kubectl("delete", "infrahubsync", sync, f"--timeout={HANG:g}s")
        event = await remote.home.until_event(resource["metadata"]["name"], "LeftBehind")
    assert remote.server in event["message"]
