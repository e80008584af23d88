"""How many passes a cluster may have at a time, so that one that is slow, or stops answering, holds up only its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vidra.clusters.cluster import Cluster
from vidra.controllers.runtime.concurrency import Turns

AT_HOME = 16
"""Passes at a time in the cluster that Vidra runs in: a few keep the places of a client filled."""
ELSEWHERE = 4
"""In each other cluster."""
SLOW = 32
"""In all clusters together that take long to answer; each of them has one."""


class Places:
    """The passes under way, by cluster.

    Args:
        call: Told of who may try now.
    """

    def __init__(self, call: Callable[[str], None]) -> None:
        self._call = call
        self._turns = Turns(ELSEWHERE)
        self._slow = Turns(SLOW)

    @contextmanager
    def place(self, cluster: Cluster, name: str) -> Iterator[bool]:
        """Whether there is a place for this pass, which it then has as long as this lasts."""
        slow = bool(cluster.server) and cluster.slow
        most = 1 if slow else None if cluster.server else AT_HOME
        if not self._turns.take(cluster.server, name, most):
            yield False
            return
        slow_too = not slow or self._slow.take("", name)
        try:
            yield slow_too
        finally:
            self._next(self._turns.give(cluster.server))
            if slow and slow_too:
                self._next(self._slow.give(""))

    def _next(self, name: str) -> None:
        if name:
            self._call(name)
