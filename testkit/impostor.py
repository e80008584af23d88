"""An API server that says that it is another cluster: all of a real one's answers, with another UID of kube-system."""

from __future__ import annotations

import base64
import ssl
from types import TracebackType
from typing import Self

import aiohttp
import trustme
from aiohttp import web

from testkit.controlplane import ControlPlane
from testkit.remote import Remote

_PASSED_ON = ("Accept", "Authorization", "Content-Type", "Impersonate-User", "Impersonate-Group")


class Impostor:
    """Stands before an API server, with a certificate of an authority of its own.

    Attributes:
        url: Its address.

    Args:
        uid: The UID of its cluster.
        claimed: The UID that it shows instead.
    """

    url: str

    def __init__(self, plane: ControlPlane, uid: str, claimed: str) -> None:
        self._plane = plane
        self._uid, self._claimed = uid.encode(), claimed.encode()
        self._authority = trustme.CA()

    async def __aenter__(self) -> Self:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert("127.0.0.1").configure_cert(tls)
        trust = ssl.create_default_context(cadata=self._plane.ca.decode())
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust, limit=0))
        app = web.Application(client_max_size=1 << 24)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=tls).start()
        self.url = f"https://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()
        await self._session.close()

    def take_the_place_of(self, remote: Remote) -> None:
        """Have a cluster's kubeconfig lead here, as whoever gives it would write it."""
        remote.moved_to(self.url)
        authority = base64.b64encode(self._authority.cert_pem.bytes()).decode()
        remote.config["clusters"][0]["cluster"]["certificate-authority-data"] = authority

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        headers = [(key, value) for key, value in request.headers.items() if key.title() in _PASSED_ON]
        async with self._session.request(
            request.method,
            self._plane.server + request.path_qs,
            data=await request.read() or None,
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=None),
        ) as answer:
            response = web.StreamResponse(status=answer.status, headers={"Content-Type": answer.content_type})
            await response.prepare(request)
            async for chunk in answer.content.iter_any():
                await response.write(chunk.replace(self._uid, self._claimed))
            await response.write_eof()
            return response
