"""Knows whether a cluster is there, and which one it is: asked once for all owners, and no pass waits for the answer.

unknown   something failed, or nothing was asked yet: passes are put off for the moment that the question takes
there     passes go on; asked again when an answer is late, a watch is cut, or nothing was heard for a while
away      passes end with the reason at once; asked again with growing pauses, and everybody is told of the return
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

from vidra.common.backoff import Backoff, between
from vidra.kube.client import Client
from vidra.kube.decode import decode
from vidra.kube.detached_task import apart
from vidra.kube.errors import ApiError, KubeError, UnintelligibleError, UnreachableError
from vidra.kube.partial_metadata import LiveObject

IDENTITY = "/api/v1/namespaces/kube-system"
"""The UID of this namespace is the identity of a cluster."""
WITHIN = 8.0
"""Seconds that the answer may take: a cluster that is slower is as good as away."""
LOOK_AFTER = 12.0
"""Seconds without an answer from another cluster after which it is asked whether it is still there. With WITHIN and
some jitter this keeps the promise that a cluster that is gone is reported in 30 s, also when nothing is to be done."""
REST = 2.0
"""Seconds for which an answer stands although a watch is still cut: watches come back in their own time."""
UNTOLD = 60.0
"""Seconds after which a cluster that did not tell which one it is may be asked again: rights are given by people."""
BACKOFF = Backoff(first=1.0, longest=30.0)
"""Seconds between questions to a cluster that is away."""


class ProbePendingError(KubeError):
    """Nobody knows yet whether the cluster is there; whoever asked is told."""


class CircuitBreaker:
    """What is known of one cluster's being there.

    Args:
        client: Who goes there.
        plain: Vidra itself, who is asked which cluster it is where the other may not know.
        interrupted: Whether some watch of the cluster is cut.
        back: Called when the cluster is there again, before anybody else is told.
        tell: Told of each owner that should look again.
        steady: Look after it also when nothing is to be done.
    """

    def __init__(
        self,
        client: Client,
        plain: Client,
        interrupted: Callable[[], bool],
        back: Callable[[], None],
        tell: Callable[[str], None],
        *,
        steady: bool,
    ) -> None:
        self._client = client
        self._witnesses = (client,) if plain is client else (client, plain)
        self._interrupted = interrupted
        self._back = back
        self._tell = tell
        self._steady = steady
        self._doubtful = True
        self._answered_at = -REST
        self._away: KubeError | None = None
        self._owners: set[str] = set()
        self._waiting: set[str] = set()
        self._asking: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._closed = False
        self.answered = asyncio.Event()
        """Set once it was found out for the first time whether the cluster is there."""
        self.uid = ""
        """Which cluster it is; empty as long as it does not say."""

    def require_available(self, owner: str, *, passing: bool = False) -> None:
        """Go on only if the cluster is there; whoever may not go on is told when that changes.

        Args:
            passing: The owner has no business there but to leave, and need not hear of it afterwards.

        Raises:
            KubeError: It does not answer, or does not let Vidra in.
            ProbePendingError: It was only just asked.
        """
        if not passing:
            self._owners.add(owner)
        if self._steady and self._owners and self._looking is None and not self._closed:
            self._looking = apart(self._probe_periodically(), f"looking after {self._server}")
        if self._interrupted() and time.monotonic() - self._answered_at > REST:
            self._doubtful = True
        if self._doubtful or (not self.uid and time.monotonic() - self._answered_at > UNTOLD):
            self.probe()
        if self._doubtful:
            self._waiting.add(owner)
        if self._away is not None:
            raise self._away.with_traceback(None)
        if self._doubtful:
            raise ProbePendingError(f"asking {self._server} whether it is there")

    @property
    def available(self) -> bool | None:
        """Whether the cluster answers; None when no owner has anything there, or it was never asked."""
        if not self._owners | self._waiting or not self.answered.is_set():
            return None
        return self._away is None

    def record_failure(self) -> None:
        """A request failed: no further pass before the cluster has said that it is there."""
        self._doubtful = True

    def probe(self) -> None:
        """Ask the cluster, unless that is being done."""
        if self._asking is None and not self._closed:
            self._asking = apart(self._probe(), f"asking {self._server}")

    def forget_owner(self, owner: str) -> None:
        """Nothing of this owner's is in the cluster any more."""
        self._owners.discard(owner)
        self._waiting.discard(owner)
        if not self._owners | self._waiting:
            self._stop()

    def close(self) -> None:
        """Stop asking, for good; those who wait are told, so that they do not wait for ever."""
        self._closed = True
        self._stop()
        self._enqueue_waiting(self._waiting)

    @property
    def _server(self) -> str:
        return self._client.connection.server

    def _stop(self) -> None:
        for task in (self._asking, self._looking):
            if task is not None:
                task.cancel()
        self._asking = self._looking = None

    async def _probe(self) -> None:
        """Ask until there is an answer."""
        failures = 0
        while error := await self._failure():
            news = self._away is None
            self._away, self._doubtful = error, True
            self.answered.set()
            if news:
                self._client.break_off()
                self._enqueue_waiting(self._owners | self._waiting)
            failures += 1
            await asyncio.sleep(BACKOFF.after(failures))
        self._doubtful, self._asking, self._answered_at = False, None, time.monotonic()
        self.answered.set()
        if self._away is None:
            self._enqueue_waiting(self._waiting)
        else:
            self._away = None
            self._back()
            self._enqueue_waiting(self._owners | self._waiting)

    async def _failure(self) -> KubeError | None:
        """Why the cluster is away; None when it is there, even if it tells nobody which one it is.

        Nothing is done in a cluster that may still tell: an answer that is only late is waited for.
        """
        for client in self._witnesses:
            try:
                answer = await client.ask(IDENTITY, within=WITHIN)
            except ApiError as error:
                if error.unauthorized or error.code >= 500 or (error.transient and not self.uid):
                    return error
                continue
            except KubeError as error:
                return error
            try:
                self.uid = decode(answer, LiveObject).metadata.uid
            except UnintelligibleError:
                return UnreachableError(f"what answers at {self._server} does not talk like an API server")
            break
        return None

    def _enqueue_waiting(self, owners: Iterable[str]) -> None:
        told = list(owners)
        self._waiting.clear()
        for owner in told:
            self._tell(owner)

    async def _probe_periodically(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AFTER * between(0.7, 1))
            silent = time.monotonic() - self._client.latency.heard_at
            if self._interrupted() or silent > LOOK_AFTER / 2:
                self.probe()
