"""The stand-in's sockets: loopback, one port for its whole life, down and up again as a test wants it."""

from __future__ import annotations

import ssl
import time

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from testkit.infrahub.accounts import kind_of
from testkit.infrahub.answers import CrashedError, RefusedError, crash, dress, refusal, stamp
from testkit.infrahub.faults import Faults
from testkit.infrahub.payloads import UnreadableError
from testkit.infrahub.records import Recorded, Records
from testkit.infrahub.routes import Routes


class Server:
    """Serves the routes, with faults before them and a record of every request."""

    def __init__(self, routes: Routes, faults: Faults, records: Records, prefix: str) -> None:
        self._routes = routes
        self._faults = faults
        self._records = records
        self._prefix = prefix
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self, tls: ssl.SSLContext | None) -> None:
        """Listen; on the port of the last time, if there was one."""
        app = web.Application(middlewares=[self._middleware()], client_max_size=1 << 20)
        app.add_routes(self._routes.table(self._prefix))
        app.on_response_prepare.append(dress)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=tls, reuse_address=True).start()
        self.port = int(runner.addresses[0][1])
        self._runner = runner

    async def stop(self) -> None:
        """Refuse connections, and break those off that there are."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def _middleware(self) -> Middleware:
        @web.middleware
        async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
            began = time.time()
            record = await _recorded(request)
            self._records.append(record)
            response = await self._faults.strike(request) or await self._answer(request, handler)
            stamp(response, began)
            if request.transport is not None and not request.transport.is_closing():
                record.status = response.status
            return response

        return around

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except RefusedError as error:
            return refusal(error)
        except UnreadableError as error:
            return error.response
        except CrashedError:
            return crash()


async def _recorded(request: web.Request) -> Recorded:
    return Recorded(
        request.method,
        request.path,
        dict(request.query),
        0,
        kind_of(request),
        request.headers.get("User-Agent", ""),
        b"" if "/auth/" in request.path or request.path.endswith("/graphql") else await request.read(),
    )
