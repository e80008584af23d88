"""HTTP to one source in the name of one credential.

Invariant: the credential goes to what it was stored for and nowhere else, whatever the source answers. A redirect to
another host is followed only where the caller says so, without the credential, and never from https to http.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from yarl import URL

from vidra.api.reasons import Reason
from vidra.common.tls import client_context
from vidra.sources.credentials import Credential
from vidra.sources.hosts import AllowedHosts
from vidra.sources.limits import SourceLimits
from vidra.sources.protocol import SourceError
from vidra.sources.transport.client import Transport
from vidra.sources.transport.dialect import Dialect
from vidra.sources.transport.failures import Peer
from vidra.sources.transport.messages import Answer, Request
from vidra.sources.transport.places import Place, place_of, shown
from vidra.sources.transport.streamed import Streamed
from vidra.telemetry.http_requests import RequestCounter

PEER = Peer(
    "the server",
    Reason.SOURCE_UNREACHABLE,
    Reason.SOURCE_ERROR,
    "put its CA into the Secret for this address as ca.crt",
)
_DIALECT = Dialect(PEER, headers={"Accept": "*/*", "Accept-Encoding": "identity"}, decompress=False)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5


class Origin:
    """One address with its credential.

    Args:
        base: URL of the source; the credential is good for it and all that is below.
        bearer: Send a token alone as one, and not as a password.

    Raises:
        SourceError: The certificates of the credential cannot be used.
    """

    def __init__(
        self,
        base: str,
        credential: Credential | None,
        hosts: AllowedHosts,
        limits: SourceLimits,
        traffic: RequestCounter,
        *,
        bearer: bool = True,
    ) -> None:
        self.base = base
        self.credential = credential
        self._bearer = bearer
        place = place_of(base)
        assert place is not None, "a source has the address of a server"
        self._place = place
        self._transport = Transport(base, limits, traffic, _DIALECT, hosts=hosts, tls=_tls(credential))

    async def send(self, request: Request, *, elsewhere: bool = False, signed: bool = True) -> Answer:
        """The answer, after redirects.

        Args:
            elsewhere: Follow redirects to other hosts as well.
            signed: Send the credential where it may go.

        Raises:
            SourceError: There is none.
        """
        for _ in range(_MOST_REDIRECTS):
            answer = await self._transport.send(self._sign(request) if signed else request)
            target = self._target(answer, request, elsewhere=elsewhere)
            if target is None:
                return answer
            request = request.to(target)
        raise _endless(request)

    @asynccontextmanager
    async def stream(
        self, request: Request, *, elsewhere: bool = False, signed: bool = True, timeout: float | None = None
    ) -> AsyncIterator[Streamed]:
        """The same, for a body that is read piece by piece."""
        for _ in range(_MOST_REDIRECTS):
            signing = self._sign(request) if signed else request
            async with self._transport.stream(signing, timeout=timeout) as streamed:
                target = self._target(streamed.answer(), request, elsewhere=elsewhere)
                if target is None:
                    yield streamed
                    return
            request = request.to(target)
        raise _endless(request)

    async def close(self) -> None:
        """Close the connections at once."""
        await self._transport.close()

    async def retire(self) -> None:
        """Close the connections once no request is under way."""
        await self._transport.retire()

    def covers(self, url: URL) -> bool:
        """Whether the credential may be sent to a URL: it is below this address, or below that of the credential."""
        place = place_of(str(url.with_query(None)))
        if self.credential is None or place is None:
            return False
        return self._place.covers(place) or _plain(self.credential.place).covers(_plain(place))

    def _sign(self, request: Request) -> Request:
        credential = self.credential
        if credential is None or "Authorization" in request.headers or not self.covers(request.url):
            return request
        if credential.token and self._bearer and not credential.username:
            return request.signed("Authorization", f"Bearer {credential.token}", credential.token)
        return basic(request, credential)

    def _target(self, answer: Answer, request: Request, *, elsewhere: bool) -> URL | None:
        """Where to go on; None: here."""
        if answer.status not in _REDIRECTS or request.method not in {"GET", "HEAD"}:
            return None
        try:
            target = request.url.join(URL(answer.location))
        except ValueError:
            target = URL()
        if target.scheme not in {"http", "https"} or not target.host or target.user:
            raise _unfollowed(request, "to no address that can be followed")
        if request.url.scheme == "https" != target.scheme:
            raise _unfollowed(request, f"to {shown(target)}, which is without TLS")
        if target.host != request.url.host and not elsewhere:
            raise _unfollowed(request, f"to {shown(target)}, another host; name that address if it is the right one")
        return target


def _plain(place: Place) -> Place:
    """Without `.git` at the end of a name: no server gives two repositories such names."""
    return place._replace(path="/".join(name.removesuffix(".git") for name in place.path.split("/")))


def basic(request: Request, credential: Credential) -> Request:
    """A request in the name of an account; a token alone is the password of a user whose name does not matter."""
    secret = credential.password or credential.token
    if not secret:
        return request
    pair = f"{credential.username or 'x-access-token'}:{secret}"
    return request.signed("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}", secret)


def _tls(credential: Credential | None) -> ssl.SSLContext | None:
    if credential is None or not (credential.ca or credential.certificate):
        return None
    try:
        return client_context(ca=credential.ca, certificate=credential.certificate, key=credential.key)
    except (ssl.SSLError, ValueError) as error:
        message = f"ca.crt, tls.crt or tls.key of the Secret {credential.secret} cannot be used: {error}"
    raise SourceError(Reason.CREDENTIALS_INVALID, message)


def _unfollowed(request: Request, where: str) -> SourceError:
    return SourceError(Reason.SOURCE_ERROR, f"{shown(request.url)} redirects {where}")


def _endless(request: Request) -> SourceError:
    return _unfollowed(request, "again and again")
