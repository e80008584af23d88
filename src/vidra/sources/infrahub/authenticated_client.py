"""Sends requests in the name of one account: with its API token, or with tokens from a log-in."""

from __future__ import annotations

from vidra.sources.infrahub.auth import Login
from vidra.sources.infrahub.credential import Credential
from vidra.sources.infrahub.errors import complaint, unauthorized
from vidra.sources.infrahub.limits import InfrahubLimits
from vidra.sources.transport.client import Transport
from vidra.sources.transport.messages import Answer, Request

_EXPIRED = "Expired Signature"
_TRIES = 3
"""With the tokens at hand, with refreshed ones, with those of a new log-in."""


class Account:
    """Signs requests and renews what they are signed with."""

    def __init__(self, base: str, credential: Credential, transport: Transport, limits: InfrahubLimits) -> None:
        self._base = base
        self._credential = credential
        self._transport = transport
        self._login = Login(base, credential, transport, limits)

    async def send(self, request: Request) -> Answer:
        """The answer to a signed request; never a 401.

        Raises:
            SourceError: No answer came, or the account is refused.
        """
        if self._credential.token:
            return await self._with_key(request)
        return await self._with_tokens(request)

    async def _with_key(self, request: Request) -> Answer:
        key = self._credential.token
        answer = await self._transport.send(request.signed("X-INFRAHUB-KEY", key, key))
        if answer.status == 401:
            raise unauthorized(answer, self._base, "the API token")
        return answer

    async def _with_tokens(self, request: Request) -> Answer:
        tokens = await self._login.tokens()
        tried = 0
        while True:
            tried += 1
            answer = await self._transport.send(
                request.signed("Authorization", f"Bearer {tokens.access}", tokens.access)
            )
            if answer.status != 401:
                return answer
            said = complaint(answer)
            if said is None or tried == _TRIES or (tried > 1 and tokens.by_login):
                break
            tokens = await self._login.tokens(tokens, expired=said == _EXPIRED)
        error = unauthorized(answer, self._base, f"the tokens it gave to {self._credential.username!r}")
        self._login.refuse(error)
        raise error
