"""Answers the calls of sources; what is wrong with one is found as early and as cheaply as it can be."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from aiohttp import web
from prometheus_client import Counter

from vidra.api.names import WEBHOOK_KEY_LABEL
from vidra.controllers.sync.webhooks.event import SourceEvent
from vidra.manager import Manager
from vidra.web.limits import ConnectionFailure, bounded
from vidra.web.webhooks.caller import Caller
from vidra.web.webhooks.deduplication import SeenEvents
from vidra.web.webhooks.git_caller import GitCaller
from vidra.web.webhooks.infrahub_caller import InfrahubCaller
from vidra.web.webhooks.keys import Keys
from vidra.web.webhooks.result import Refused, Result

log = structlog.get_logger("vidra.webhooks")

CALLERS: dict[str, Caller] = {caller.path: caller for caller in (InfrahubCaller(), GitCaller())}
PATH = InfrahubCaller.path
HINT = f"vidra infrahub webhook apply makes one; it is a Secret labelled {WEBHOOK_KEY_LABEL} in Vidra's namespace"

_MISHAPS = {
    ConnectionFailure.TOO_MANY: Result.BUSY,
    ConnectionFailure.NO_HTTP: Result.MALFORMED,
    ConnectionFailure.UNFINISHED: Result.TOO_SLOW,
}

Hear = Callable[[SourceEvent], bool]
"""Tells whether any sync is concerned."""


class Receiver:
    """Takes one call after the other.

    Before a signature was found right, nothing of a call is parsed, kept or logged.
    """

    def __init__(self, keys: Keys, hear: Hear, ready: Callable[[], bool], counter: Counter) -> None:
        self._keys = keys
        self._hear = hear
        self._ready = ready
        self._seen = SeenEvents()
        self._counts = {result: counter.labels(result) for result in Result}

    async def __call__(self, request: web.BaseRequest) -> web.Response:
        """Answer one call."""
        try:
            result = await self._receive(request)
            answer = web.Response(status=202, text=f"{result}\n")
        except Refused as refusal:
            result = refusal.result
            answer = web.Response(status=refusal.status, text=f"{refusal}\n")
            if result is Result.MISDIRECTED and refusal.status == 405:
                answer.headers["Allow"] = "POST"
        self.count(result)
        answer.force_close()
        return answer

    def count(self, result: Result) -> None:
        """Note what came of a call."""
        self._counts[result].inc()

    def note(self, failure: ConnectionFailure) -> None:
        """Count a connection that no call came of."""
        self.count(_MISHAPS[failure])

    async def _receive(self, request: web.BaseRequest) -> Result:
        caller = self._admit(request)
        news = await caller.listen(request, tuple(self._keys), time.time())
        if not self._seen.first(f"{caller.path} {news.id}"):
            return Result.DUPLICATE
        if news.event is None:
            return Result.IGNORED
        return Result.ACCEPTED if self._hear(news.event) else Result.UNCONCERNED

    def _admit(self, request: web.BaseRequest) -> Caller:
        caller = CALLERS.get(request.path)
        if caller is None:
            raise Refused(Result.MISDIRECTED, 404, f"webhooks come to {' or '.join(CALLERS)}")
        if request.method != "POST":
            raise Refused(Result.MISDIRECTED, 405, "webhooks are POSTed")
        if not self._ready():
            raise Refused(Result.NOT_READY, 503, "Vidra has not read everything yet")
        if not self._keys:
            self._keys.missed(HINT)
            raise Refused(Result.NO_KEY, 401, "Vidra has no key to check the signature with")
        return caller


@asynccontextmanager
async def receiving(bind: str, operator: Manager) -> AsyncIterator[int]:
    """Receive calls for an operator while the context lasts; gives the port, 0 if none are received.

    Raises:
        BindError: It is no address, or it is taken.
    """
    keys = Keys(operator.webhook_secrets)
    receiver = Receiver(keys, operator.hear, lambda: operator.hears, operator.metrics.webhooks)
    async with bounded(bind, receiver, receiver.note) as port:
        yield port
