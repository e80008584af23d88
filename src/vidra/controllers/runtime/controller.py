"""The base of both reconcilers: work queue, this replica's shards, and the handling of failures.

Invariant: an exception of one item never leaves its reconcile. A failed request is retried with backoff; a fault of
Vidra's own is written into the status of the item, and logged.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar, Generic, TypeVar

import structlog
from structlog.contextvars import bound_contextvars

from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.api.times import parse_interval
from vidra.controllers.runtime.context import ControllerContext
from vidra.controllers.runtime.workqueue import Result, WorkQueue
from vidra.kube.errors import KubeError
from vidra.kube.store import Store

T = TypeVar("T", Sync, VidraResource)


class Controller(ABC, Generic[T]):
    """Reconciles the items of a store, each under its name.

    Args:
        store: The items, as they were last seen.
        shard_key: Returns the name that decides the shard of an item.
        workers: Reconciles at a time.
    """

    name: ClassVar[str]
    """Of the controller and its queue, in metrics."""
    log_key: ClassVar[str]
    """Under which the log names the item."""

    def __init__(
        self,
        shared: ControllerContext,
        store: Store[T],
        shard_key: Callable[[T], str],
        workers: int,
    ) -> None:
        self._shared = shared
        self._store: Store[T] = store
        self._shard_key: Callable[[T], str] = shard_key
        self.log = structlog.get_logger(f"vidra.{self.log_key}")
        self.queue = WorkQueue(
            self.name,
            self.reconcile,
            workers,
            shared.metrics,
            health_check=self.check_health,
            mine=self._is_owned_here,
        )

    @abstractmethod
    async def _reconcile(self, item: T) -> Result:
        """Bring an item from what it is to what its spec says.

        Raises:
            KubeError: A request failed that the status cannot report; it is retried.
        """

    @abstractmethod
    def forget(self, name: str) -> None:
        """Drop all state of an item: it was deleted, or is another replica's."""

    @abstractmethod
    async def _say_fault(self, item: T) -> None:
        """Report a fault of Vidra's own in the status.

        Raises:
            KubeError: It could not be written.
        """

    async def check_health(self, name: str) -> None:
        """Called for an item when only a health check is due."""

    def _broken_off(self, item: T, error: KubeError) -> None:
        """A request failed before the status could report anything."""

    async def reconcile(self, name: str) -> Result:
        """Reconcile an item. Every failure ends in its status or in the log."""
        with bound_contextvars(**{self.log_key: name}):
            item = self._store.get(name)
            if item is None:
                self.forget(name)
                return Result()
            try:
                return await self._reconcile(item)
            except KubeError as error:
                self.log.warning("reconcile aborted", error=str(error))
                self._broken_off(item, error)
            except Exception:
                self.log.exception("reconcile failed")
                await self._fault(item)
            return Result(failed=True)

    def enqueue(self, name: str) -> None:
        """Reconcile an item, whatever is remembered of it."""
        self.queue.add(name)

    def enqueue_all(self) -> None:
        """A setting changed that any item may depend on."""
        for item in self._store:
            self.enqueue(item.key)

    def start_shard(self, shard: int) -> None:
        """Start to reconcile the items of a shard."""
        for name in self._names_in(shard):
            self.enqueue(name)

    async def stop_shard(self, shard: int) -> None:
        """Wait for running reconciles of this shard and drop its state; another replica takes it over."""
        await self.queue.wait_until_released()
        for name in self._names_in(shard):
            self.forget(name)

    async def _fault(self, item: T) -> None:
        try:
            await self._say_fault(item)
        except KubeError as error:
            self.log.warning("status not written", error=str(error))
        except Exception:
            self.log.exception("status not written")

    def _names_in(self, shard: int) -> list[str]:
        shard_of = self._shared.share.shard_of
        return [item.key for item in self._store if shard_of(self._shard_key(item)) == shard]

    def _is_owned_here(self, name: str) -> bool:
        """Whether this replica reconciles an item. Every replica drops the state of deleted ones."""
        item = self._store.get(name)
        return item is None or self._shard_key(item) in self._shared.share


def interval_seconds(spec_interval: str | None, usual: timedelta) -> float:
    """The interval of an item; the default one if its spec has none.

    Raises:
        ValueError: It is no duration, or out of bounds; the message says which.
    """
    return (parse_interval(spec_interval) if spec_interval else usual).total_seconds()
