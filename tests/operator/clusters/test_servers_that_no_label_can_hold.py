"""A cluster whose host is longer than a label may be, or an IPv6 address, is a destination like any other."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from yarl import URL

from testkit.environment import condition, has_reason
from testkit.remote import Remote
from vidra.api.labels import SEE_ANNOTATION
from vidra.api.names import CLUSTER_LABEL

LONG = "0123456789abcdef0123456789abcdef.gr7.eu-central-1.clusters.example.com"
"""70 characters: a managed cloud's API server is called like that."""


@asynccontextmanager
async def passing_on(host: str, target: str) -> AsyncIterator[int]:
    """A port at another address through which the API server of a control plane is reached."""
    there = URL(target)

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, requests = await asyncio.open_connection(there.host, there.port)
        await asyncio.gather(pump(reader, requests), pump(answers, writer))

    server = await asyncio.start_server(connected, host, 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture(params=["IPv6", "long"])
async def odd(request: pytest.FixtureRequest, remote: Remote, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Remote]:
    """Another cluster at such an address."""
    remote.config["clusters"][0]["cluster"]["tls-server-name"] = "127.0.0.1"
    if request.param == "long":
        ask = socket.getaddrinfo

        def known(host: Any, *args: Any, **kwargs: Any) -> Any:
            return ask("127.0.0.1" if host == LONG else host, *args, **kwargs)

        monkeypatch.setattr(socket, "getaddrinfo", known)
        remote.moved_to(str(URL(remote.server).with_host(LONG)))
        yield remote
        return
    async with passing_on("::1", remote.server) as port:
        remote.moved_to(f"https://[::1]:{port}")
        yield remote


async def test_what_is_missing_can_be_written_as_the_message_says(odd: Remote) -> None:
    name = await odd.resource()
    missing = condition(await odd.home.until_resource(name, has_reason("ClusterCredentialsMissing")))["message"]
    label, annotation = re.findall(rf"{CLUSTER_LABEL}=(\S+)", missing)
    assert (label, annotation) == (SEE_ANNOTATION, odd.server)
    await odd.credentials()
    await odd.home.until_resource(name)
    assert await odd.box()
    await odd.end(name)
    assert await odd.box() is None


async def test_any_value_of_the_label_will_do(odd: Remote) -> None:
    await odd.credentials(**{CLUSTER_LABEL: "edge"})
    name = await odd.resource()
    await odd.home.until_resource(name)
    await odd.end(name)


async def test_a_cluster_selector_finds_it_by_its_other_labels(odd: Remote) -> None:
    await odd.credentials(site=odd.home.namespace)
    artifact = "Boxes"
    odd.home.infrahub.add_artifact(artifact, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: box}\n")
    selector = {"clusterSelector": {"matchLabels": {"site": odd.home.namespace}}}
    name = await odd.home.sync(artifact, destination=selector)
    sync = await odd.home.until_sync(name)
    assert odd.server in str(sync["status"])
    assert await odd.box()


async def test_a_secret_that_says_that_it_is_for_another_server_is_not_taken(odd: Remote) -> None:
    await odd.credentials()
    here, odd.server = odd.server, "https://[2001:db8::10]:6443"
    name = await odd.resource()
    await odd.home.until_resource(name, has_reason("ClusterCredentialsMissing"))
    odd.server = here
