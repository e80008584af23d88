"""How many reconciles a cluster may have at a time: a slow or unavailable cluster delays only its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vidra.clusters.cluster import Cluster
from vidra.controllers.runtime.concurrency import ConcurrencyLimiter

LOCAL_LIMIT = 16
"""Reconciles at a time in the cluster that Vidra runs in: a few use all request slots of a client."""
REMOTE_LIMIT = 4
"""In each other cluster."""
SLOW_LIMIT = 32
"""In all slow clusters together; each of them has one."""


class ClusterConcurrency:
    """The running reconciles, by cluster.

    Args:
        call: Called with the name that may try now.
    """

    def __init__(self, call: Callable[[str], None]) -> None:
        self._call = call
        self._limiter = ConcurrencyLimiter(REMOTE_LIMIT)
        self._slow = ConcurrencyLimiter(SLOW_LIMIT)

    @contextmanager
    def slot(self, cluster: Cluster, name: str) -> Iterator[bool]:
        """Whether a slot is free for this reconcile. It keeps the slot until the context ends."""
        slow = bool(cluster.server) and cluster.slow
        most = 1 if slow else None if cluster.server else LOCAL_LIMIT
        with self._limiter.slot(cluster.server, name, self._call, most) as free:
            if not (free and slow):
                yield free
                return
            with self._slow.slot("", name, self._call) as free_too:
                yield free_too
