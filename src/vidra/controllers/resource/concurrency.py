"""How many reconciles a cluster may have at a time: one that is slow, or does not answer, holds up only its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vidra.clusters.cluster import Cluster
from vidra.controllers.runtime.concurrency import ConcurrencyLimiter

LOCAL_LIMIT = 16
"""Passes at a time in the cluster that Vidra runs in: a few keep the places of a client filled."""
REMOTE_LIMIT = 4
"""In each other cluster."""
SLOW_LIMIT = 32
"""In all clusters together that take long to answer; each of them has one."""


class ClusterConcurrency:
    """The reconciles under way, by cluster.

    Args:
        call: Told of who may try now.
    """

    def __init__(self, call: Callable[[str], None]) -> None:
        self._call = call
        self._limiter = ConcurrencyLimiter(REMOTE_LIMIT)
        self._slow = ConcurrencyLimiter(SLOW_LIMIT)

    @contextmanager
    def slot(self, cluster: Cluster, name: str) -> Iterator[bool]:
        """Whether there is a slot for this reconcile, which it then has as long as this lasts."""
        slow = bool(cluster.server) and cluster.slow
        most = 1 if slow else None if cluster.server else LOCAL_LIMIT
        if not self._limiter.acquire(cluster.server, name, most):
            yield False
            return
        slow_too = not slow or self._slow.acquire("", name)
        try:
            yield slow_too
        finally:
            self._next(self._limiter.release(cluster.server))
            if slow and slow_too:
                self._next(self._slow.release(""))

    def _next(self, name: str) -> None:
        if name:
            self._call(name)
