"""The circuit breaker of one cluster: one probe for all owners, and no reconcile waits for its answer.

unknown      a request failed, or no probe was sent yet: reconciles are postponed until the probe is answered
available    reconciles run; probed again when an answer is late, a watch is cut, or nothing arrived for a while
unavailable  reconciles end at once with the reason; probed with growing pauses, and owners are enqueued on recovery
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
"""Seconds that a probe may take: a slower cluster counts as unavailable."""
LOOK_AFTER = 12.0
"""Seconds without an answer from another cluster after which it is probed. With WITHIN and jitter, a cluster that
becomes unavailable is reported within 30 s, even when nothing is to be done."""
REST = 2.0
"""Seconds for which an answer counts although a watch is still cut: watches reconnect at their own pace."""
UNTOLD = 60.0
"""Seconds after which a cluster without a known UID may be asked again: people grant rights."""
BACKOFF = Backoff(first=1.0, longest=30.0)
"""Seconds between probes of an unavailable cluster."""


class ProbePendingError(KubeError):
    """Whether the cluster is available is not known yet; the caller is notified."""


class CircuitBreaker:
    """Knows whether one cluster is available.

    Args:
        client: The identity's own client.
        plain: Vidra's own client, which reads the cluster's UID where the identity may not.
        interrupted: Whether some watch of the cluster is cut.
        back: Called when the cluster is available again, before any owner is notified.
        tell: Called for each owner that should reconcile again.
        steady: Probe it also when nothing is to be done.
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
        """Set once the first probe was answered or failed."""
        self.uid = ""
        """The UID of the cluster; empty while unknown."""

    def require_available(self, owner: str, *, passing: bool = False) -> None:
        """Return if the cluster is available; otherwise the owner is notified when that changes.

        Args:
            passing: The owner only wants to delete its objects, and needs no notification afterwards.

        Raises:
            KubeError: It does not answer, or refuses access.
            ProbePendingError: A probe was only just sent.
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
        """Whether the cluster answers; None when no owner has objects there, or it was never probed."""
        if not self._owners | self._waiting or not self.answered.is_set():
            return None
        return self._away is None

    def record_failure(self) -> None:
        """A request failed: no further reconcile before the cluster has answered a probe."""
        self._doubtful = True

    def probe(self) -> None:
        """Send a probe, unless one is running."""
        if self._asking is None and not self._closed:
            self._asking = apart(self._probe(), f"asking {self._server}")

    def forget_owner(self, owner: str) -> None:
        """The owner has no objects in the cluster any more."""
        self._owners.discard(owner)
        self._waiting.discard(owner)
        if not self._owners | self._waiting:
            self._stop()

    def close(self) -> None:
        """Stop probing for good; waiting owners are notified, so that they do not wait for ever."""
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
        """Probe until there is an answer."""
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
        """Why the cluster is unavailable; None when it is available, even if it does not reveal its UID.

        Nothing is done in a cluster that may still reveal it: a late answer is waited for.
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
