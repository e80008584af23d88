"""A client of the real API server, and small servers that misbehave as no real one can be made to."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from testkit.controlplane import ControlPlane
from testkit.environment import connection_to
from vidra.kube.client import Client
from vidra.kube.connection import Connection

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Pretend = Callable[[Handler], Awaitable[Client]]

TOKEN = "s3cret-token"


@pytest.fixture(scope="session")
async def admin(controlplane: ControlPlane) -> AsyncIterator[Client]:
    """An administrator's client."""
    client = Client(connection_to(controlplane))
    yield client
    await client.close()


@pytest.fixture
async def pretend() -> AsyncIterator[Pretend]:
    """A client of a server that answers whatever the handler says."""
    async with AsyncExitStack() as stack:

        async def start(handler: Handler) -> Client:
            app = web.Application()

            async def answer(request: web.Request) -> web.StreamResponse:
                return await handler(request)

            app.router.add_route("*", "/{path:.*}", answer)
            server = TestServer(app)
            await server.start_server(shutdown_timeout=0)
            stack.push_async_callback(server.close)
            client = Client(Connection(server=str(server.make_url("/")).rstrip("/"), token=TOKEN))
            stack.push_async_callback(client.close)
            return client

        yield start
