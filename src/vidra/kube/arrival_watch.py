"""Notifies owners that wait for something in a collection; the collection is watched only while an owner waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from vidra.kube.client import Client
from vidra.kube.detached_task import apart
from vidra.kube.partial_metadata import LiveObject
from vidra.kube.watch import Watch

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
"""The collections that bring a cluster new kinds."""
NAMESPACES = "/api/v1/namespaces"
ECHOES = (0.5, 1.0, 2.5)
"""Delays in seconds after which owners are enqueued again: a CRD is established before discovery shows it, and a new
namespace has no service account or quota yet."""


class ArrivalWatch:
    """The owners that wait for something in one collection, and the watch that enqueues them."""

    def __init__(self, client: Client, path: str, wake: Callable[[str], None], before: Callable[[], None]) -> None:
        self._client = client
        self._path = path
        self._wake = wake
        self._before = before
        self._waiting: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._echo: asyncio.Task[None] | None = None
        self._closed = False

    def wait(self, owner: str) -> None:
        """Enqueue this owner at every change of the collection, until `done`."""
        self._waiting.add(owner)
        if self._task is None and not self._closed:
            watch = Watch(self._client, self._path, LiveObject, self, metadata_only=True)
            self._task = apart(watch.run(), f"watch {self._path} for arrivals")

    def done(self, owner: str) -> None:
        """Do not enqueue this owner any more."""
        self._waiting.discard(owner)
        if not self._waiting:
            self._stop()

    def close(self) -> None:
        """Stop the watch for good."""
        self._closed = True
        self._stop()

    def _stop(self) -> None:
        for task in (self._task, self._echo):
            if task is not None:
                task.cancel()
        self._task = self._echo = None

    def changed(self, item: LiveObject) -> None:  # noqa: ARG002 - any change may be what is waited for
        """An object is new or changed."""
        self._some_came()

    def _some_came(self) -> None:
        self._tell()
        if self._echo is not None:
            self._echo.cancel()
        self._echo = apart(self._tell_again(), f"echo of {self._path}")

    def removed(self, item: LiveObject) -> None:
        """An object was deleted."""
        self.changed(item)

    def found(self, item: LiveObject) -> None:
        """An object of the list; owners are notified when the list is complete."""

    def listed(self, uids: Collection[str], version: int) -> None:  # noqa: ARG002 - nothing is kept
        """The list is complete: what an owner waits for may have appeared since it looked."""
        if uids:
            self._some_came()

    async def _tell_again(self) -> None:
        for pause in ECHOES:
            await asyncio.sleep(pause)
            self._tell()

    def _tell(self) -> None:
        self._before()
        for owner in self._waiting:
            self._wake(owner)
