"""One log-in for all requests of one credential: made once, refreshed before it ends, repeated when refused."""

from __future__ import annotations

import asyncio
import base64
import binascii
import math
import time

import msgspec

from vidra.api.reasons import Reason
from vidra.api.typed_json import UnreadableError, decode
from vidra.sources.infrahub.credential import Credential
from vidra.sources.infrahub.errors import login_refused, not_infrahub
from vidra.sources.infrahub.limits import InfrahubLimits
from vidra.sources.infrahub.url import endpoint
from vidra.sources.protocol import SourceError
from vidra.sources.transport.client import Transport
from vidra.sources.transport.limits import MIB
from vidra.sources.transport.messages import Answer, Request

_CAP = MIB


class _Granted(msgspec.Struct):
    access_token: str
    refresh_token: str = ""


class Login:
    """The tokens of one credential."""

    def __init__(self, base: str, credential: Credential, transport: Transport, limits: InfrahubLimits) -> None:
        self._base = base
        self._credential = credential
        self._transport = transport
        self._memory = limits.refusal_memory
        self._lock = asyncio.Lock()
        self._tokens: Tokens | None = None
        self._failure: tuple[SourceError, float] | None = None

    async def tokens(self, refused: Tokens | None = None, *, expired: bool = False) -> Tokens:
        """Tokens to use now, other than the refused ones; those who ask at the same time share one log-in.

        Raises:
            SourceError: There are none, or a log-in was refused not long ago.
        """
        asked = _now()
        if (held := self._good(refused)) is not None:
            return held
        async with self._lock:
            if (held := self._good(refused)) is not None:
                return held
            self._recall(asked)
            try:
                self._tokens = await self._obtain(usable=refused is None or expired)
            except SourceError as error:
                self._failure = (error, _now())
                raise
            self._failure = None
            return self._tokens

    def refuse(self, error: SourceError) -> None:
        """Remember that even fresh tokens are refused."""
        self._tokens = None
        self._failure = (error, _now())

    def _good(self, refused: Tokens | None) -> Tokens | None:
        held = self._tokens
        return held if held is not None and held is not refused and held.last(_now()) else None

    def _recall(self, asked: float) -> None:
        """Raise what another one was told while this one waited; a refusal counts for longer."""
        if self._failure is None:
            return
        error, moment = self._failure
        remembered = self._memory if error.reason == Reason.UNAUTHORIZED else 0.0
        if moment >= asked or _now() < moment + remembered:
            raise SourceError(error.reason, str(error), retry_after=error.retry_after)

    async def _obtain(self, *, usable: bool) -> Tokens:
        if usable and self._tokens is not None and self._tokens.refresh:
            refreshed = await self._refresh(self._tokens.refresh)
            if refreshed is not None:
                return refreshed
        self._tokens = None
        return await self._log_in()

    async def _log_in(self) -> Tokens:
        body = {"username": self._credential.username, "password": self._credential.password}
        request = Request(
            "POST",
            endpoint(self._base, "auth", "login"),
            cap=_CAP,
            body=msgspec.json.encode(body),
            secrets=(self._credential.password,),
        )
        answer = await self._transport.send(request)
        if answer.status != 200:
            raise login_refused(answer, self._base, self._credential.username)
        granted = _granted(answer)
        if granted is None:
            what = "the log-in's answer holds no `access_token`" if answer.is_json else ""
            raise not_infrahub(answer, self._base, what)
        return Tokens(granted.access_token, granted.refresh_token, now=_now(), by_login=True)

    async def _refresh(self, refresh: str) -> Tokens | None:
        """New tokens, or None when only a log-in can help."""
        request = Request("POST", endpoint(self._base, "auth", "refresh"), cap=_CAP)
        answer = await self._transport.send(request.signed("Authorization", f"Bearer {refresh}", refresh))
        granted = _granted(answer) if answer.status == 200 else None
        if granted is None:
            return None
        return Tokens(granted.access_token, granted.refresh_token or refresh, now=_now(), by_login=False)


def _granted(answer: Answer) -> _Granted | None:
    try:
        granted = decode(answer.body, _Granted)
    except UnreadableError:
        return None
    token = granted.access_token
    return granted if token and token.isascii() and token.isprintable() else None


def _now() -> float:
    return asyncio.get_running_loop().time()


_MARGIN = 60.0
"""Seconds before its end at which a token is no longer used, or a tenth of its life if that is shorter."""


class Tokens:
    """An access token with its end on the event loop's clock, and how to get the next one. It has no telling repr."""

    def __init__(self, access: str, refresh: str, *, now: float, by_login: bool) -> None:
        self.access = access
        self.refresh = refresh
        self.by_login = by_login
        length = lifetime(access)
        self._end = math.inf if length is None else now + length - min(_MARGIN, length / 10)

    def last(self, now: float) -> bool:
        """Whether the access token is good for a request now."""
        return now < self._end


class _Claims(msgspec.Struct):
    exp: float
    iat: float | None = None


def lifetime(token: str) -> float | None:
    """Seconds from now until the token ends; None when it does not say.

    With the moment of issue in it, the length does not depend on the clocks of both sides agreeing.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)), _Claims)
    except (binascii.Error, ValueError, UnreadableError):
        return None
    return claims.exp - (time.time() if claims.iat is None else claims.iat)
