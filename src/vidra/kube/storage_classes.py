"""Which StorageClasses of a cluster bind a claim only for a Pod; watched only once a claim waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from vidra.kube.client import Client
from vidra.kube.detached_task import apart
from vidra.kube.partial_metadata import LiveObject
from vidra.kube.watch import Watch

PATH = "/apis/storage.k8s.io/v1/storageclasses"
LATE = "WaitForFirstConsumer"


class StorageClass(LiveObject, frozen=True, rename="camel"):
    """What is read of a StorageClass."""

    volume_binding_mode: str = ""


class Classes:
    """The StorageClasses of one cluster; the sink of their watch.

    Args:
        tell: Called when an earlier answer may have changed.
    """

    def __init__(self, client: Client, tell: Callable[[], None]) -> None:
        self._client = client
        self._tell = tell
        self._late: dict[str, bool] = {}
        self._watch: Watch[StorageClass] | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def binds_late(self, name: str) -> bool | None:
        """Whether this class waits for a Pod; False also before it was read, None when it may not be read."""
        if self._watch is None and not self._closed:
            self._watch = Watch(self._client, PATH, StorageClass, self)
            self._task = apart(self._run(self._watch), f"watch {PATH}")
        unreadable = self._watch is not None and self._watch.heard.is_set() and not self._watch.synced.is_set()
        return None if unreadable else self._late.get(name, False)

    def close(self) -> None:
        """Stop the watch for good."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()

    async def _run(self, watch: Watch[StorageClass]) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(watch.run())
            await watch.heard.wait()
            self._tell()  # also when it is refused: whoever waits gets the reason

    def changed(self, item: StorageClass) -> None:
        """A class is new or changed."""
        self.found(item)
        self._tell()

    def removed(self, item: StorageClass) -> None:
        """A class was deleted, and binds nothing."""
        self._late.pop(item.metadata.name, None)
        self._tell()

    def found(self, item: StorageClass) -> None:
        """A class of the list."""
        self._late[item.metadata.name] = item.volume_binding_mode == LATE

    def listed(self, uids: Collection[str], version: int) -> None:  # noqa: ARG002 - nothing is kept by UID
        """The list is complete."""
        self._tell()
