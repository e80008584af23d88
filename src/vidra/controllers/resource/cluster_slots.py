"""How many reconciles a cluster may have at a time.

Invariants: a slow or unavailable cluster delays only its own VidraResources. In a cluster that answers, a VidraResource
whose writes are answered late (an admission webhook takes its time) delays only others like it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from vidra.clusters.cluster import Cluster
from vidra.controllers.runtime.concurrency import ConcurrencyLimiter
from vidra.kube import request_slots

LOCAL_LIMIT = 16
"""Reconciles at a time in the cluster that Vidra runs in: a few use all request slots of a client."""
REMOTE_LIMIT = 4
"""In each other cluster."""
SLOW_LIMIT = 32
"""In all slow clusters together; each of them has one. As many have late answers in the other clusters together."""
LOOK = 0.5
"""Seconds between looks whether a cluster that answers one reconcile late answers at all."""


class ClusterConcurrency:
    """The running reconciles, by cluster.

    A reconcile with late answers gives its slot to others, unless the whole cluster is slow or does not answer. The
    next ones of the same VidraResource take slots that only such reconciles have, until one has no late answer.

    Args:
        call: Called with the name that may try now.
    """

    def __init__(self, call: Callable[[str], None]) -> None:
        self._call = call
        self._prompt = ConcurrencyLimiter(REMOTE_LIMIT)
        self._late = ConcurrencyLimiter(REMOTE_LIMIT)
        self._all_slow = ConcurrencyLimiter(SLOW_LIMIT)
        self._names: set[str] = set()
        """Of VidraResources whose last reconcile had late answers."""

    @contextmanager
    def slot(self, cluster: Cluster, name: str) -> Iterator[bool]:
        """Whether a slot is free for this reconcile. It keeps the slot until the context ends, or answers are late."""
        with ExitStack() as held:
            late, slow = name in self._names, bool(cluster.server) and cluster.slow
            free = self._take(held, cluster, name, late=late, slow=slow)
            if not free:
                yield False
                return
            watch = _LateAnswers(cluster, lambda: None if late or slow else held.close())
            try:
                with request_slots.current().when_late(watch.begin):
                    yield True
            finally:
                watch.end()
                (self._names.add if watch.some else self._names.discard)(name)

    def forget(self, name: str) -> None:
        """It was deleted, or is another replica's."""
        self._names.discard(name)

    def _take(self, held: ExitStack, cluster: Cluster, name: str, *, late: bool, slow: bool) -> bool:
        most = 1 if slow else REMOTE_LIMIT if cluster.server else LOCAL_LIMIT
        limiter = self._late if late and not slow else self._prompt
        if not held.enter_context(limiter.slot(cluster.server, name, self._call, most)):
            return False
        place = "slow" if slow else "late"
        return not (slow or late) or held.enter_context(self._all_slow.slot(place, name, self._call))


class _LateAnswers:
    """Late answers of one reconcile.

    Args:
        answers_others: Called once the cluster is known to answer others meanwhile.
    """

    def __init__(self, cluster: Cluster, answers_others: Callable[[], None]) -> None:
        self.some = False
        """Whether there were any."""
        self._cluster = cluster
        self._answers_others = answers_others
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """An answer is late."""
        if not self.some:
            self.some = True
            self._cluster.breaker.probe()
            self._look_after(time.monotonic())

    def end(self) -> None:
        """The reconcile has ended."""
        if self._timer:
            self._timer.cancel()

    def _look_after(self, asked: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(LOOK, self._look, asked)

    def _look(self, asked: float) -> None:
        if self._cluster.client.latency.heard_at > asked and not self._cluster.slow:
            self._answers_others()
        else:
            self._look_after(asked)
