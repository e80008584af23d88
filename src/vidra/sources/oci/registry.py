"""Requests to one repository of a registry, with the proof of who asks that it wants.

Invariant: the credential is told to the registry and to who gives tokens for it in the same domain, and to nobody else,
whatever the registry answers; a token goes to the registry alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from yarl import URL

from vidra.api.reasons import Reason
from vidra.api.typed_json import UnreadableError, decode
from vidra.sources.credentials import Credential
from vidra.sources.lent import Lent
from vidra.sources.oci.challenge import Challenge, read_challenge, trusted
from vidra.sources.oci.url import Repository
from vidra.sources.protocol import SourceError
from vidra.sources.transport.limits import MIB
from vidra.sources.transport.messages import Answer, Request
from vidra.sources.transport.origin import Origin, basic
from vidra.sources.transport.places import shown
from vidra.sources.transport.refusals import READ, refused
from vidra.sources.transport.streamed import Streamed

_LIFETIME = 60.0
"""Seconds for which a token is good that does not say so."""


class _Granted(msgspec.Struct):
    token: str = ""
    access_token: str = ""
    expires_in: float = _LIFETIME


class Registry:
    """One repository.

    Args:
        url: As a person wrote it.
    """

    def __init__(self, url: str, repository: Repository, origin: Origin) -> None:
        self.url = url
        self.repository = repository
        self.origin = origin
        self._lock = asyncio.Lock()
        self._basic = False
        self._token = ""
        self._end = 0.0

    def request(self, method: str, path: str, cap: int, **headers: str) -> Request:
        """A request to the API; the path is one below the repository."""
        url = URL(f"{self.repository.base}/{path}", encoded=True)
        return Request(method, url, cap=cap, headers=headers, limit="--source-limit received=…")

    async def send(self, request: Request) -> Answer:
        """The answer; never a 401 that another proof would have prevented.

        Raises:
            SourceError: None came, or no proof is to be had.
        """
        answer = await self.origin.send(self._proven(request), signed=self._basic)
        if answer.status != 401 or not await self._prove(answer):
            return answer
        return await self.origin.send(self._proven(request), signed=self._basic)

    @asynccontextmanager
    async def stream(self, request: Request, timeout: float) -> AsyncIterator[Streamed]:
        """The same for a body that is read piece by piece, and may be stored elsewhere."""
        for attempt in range(2):
            proven = self._proven(request)
            async with self.origin.stream(proven, elsewhere=True, signed=self._basic, timeout=timeout) as streamed:
                if attempt or streamed.status != 401 or not await self._prove(streamed.answer()):
                    yield streamed
                    return

    async def retire(self) -> None:
        """Close every connection once no request is under way."""
        await self.origin.retire()

    async def close(self) -> None:
        """Close every connection."""
        await self.origin.close()

    def refused(self, answer: Answer, absent: str) -> SourceError:
        """Why there is not what was asked for."""
        return refused(answer, self.url, self.origin.credential, absent=absent)

    def _proven(self, request: Request) -> Request:
        if self._token and asyncio.get_running_loop().time() < self._end:
            return request.signed("Authorization", f"Bearer {self._token}", self._token)
        return request

    async def _prove(self, answer: Answer) -> bool:
        """Get what a refusal asks for; whether there is something new to show."""
        challenge = read_challenge(answer.headers.get("www-authenticate", ""))
        async with self._lock:
            if challenge.scheme == "bearer" and challenge.realm:
                await self._log_in(challenge)
                return True
            if challenge.scheme == "basic" and self.origin.credential is not None and not self._basic:
                self._basic, self._token = True, ""
                return True
        return False

    async def _log_in(self, challenge: Challenge) -> None:
        realm = self._realm(challenge)
        query = {"service": challenge.service, "scope": f"repository:{self.repository.name}:pull"}
        request = Request("GET", realm.update_query({key: value for key, value in query.items() if value}), cap=MIB)
        credential = self.origin.credential
        if credential is not None and trusted(realm, URL(self.repository.base)):
            request = basic(request, credential)
        answer = await self.origin.send(request, signed=False)
        if answer.status != 200:
            answer.body = answer.body[:READ]
            raise refused(answer, self.url, credential, absent=f"{shown(realm)} gives no tokens for {self.url}")
        try:
            granted = decode(answer.body, _Granted)
        except UnreadableError:
            granted = _Granted()
        token = granted.token or granted.access_token
        if not (token and token.isascii() and token.isprintable()):
            raise SourceError(Reason.SOURCE_ERROR, f"{shown(realm)} answers without a token for {self.url}")
        lifetime = max(granted.expires_in, _LIFETIME)
        self._token, self._end = token, asyncio.get_running_loop().time() + lifetime * 0.9

    def _realm(self, challenge: Challenge) -> URL:
        base = URL(self.repository.base)
        try:
            realm = URL(challenge.realm)
        except ValueError:
            realm = URL()
        if not realm.host or realm.user or realm.scheme not in {"https", base.scheme}:
            message = f"{self.url} names no address where tokens for it are given with TLS"
            raise SourceError(Reason.SOURCE_ERROR, message)
        return realm


def connect(url: str, repository: Repository, credential: Credential | None, lent: Lent) -> Registry:
    """A repository, with the credential for it.

    Raises:
        SourceError: The certificates of the credential cannot be used.
    """
    origin = lent.origin(repository.base, credential, bearer=False)
    return Registry(url, repository, origin)
