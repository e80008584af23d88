"""What one identity sees: syncs and VidraResources, by two watches with its own credentials, shared by its pages.

Which of them a person may see is decided by the API server alone. Nothing of one identity is shown to another.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

import msgspec
import structlog

from vidra.api.names import GROUP, PATHS, SYNC_KIND, SYNC_PLURAL
from vidra.api.resource import VidraResource
from vidra.api.sync import InfrahubSync, Sync
from vidra.apply.inventory_reading import InventoryUnseenError, join, new_pieces, read_inventory
from vidra.controllers.runtime.context import sync_of
from vidra.kube.access_review import is_allowed
from vidra.kube.client import Client
from vidra.kube.connection import NotConfiguredError
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.store import Store
from vidra.kube.watch import Watch
from vidra.ui.identity import Identity
from vidra.views.error_sentences import sentence
from vidra.views.hub_paths import RESOURCES, not_installed

log = structlog.get_logger("vidra.ui")

LARGEST = 1 << 30
"""Bytes of one answer of the person's own API server."""
LINGERS = 60.0
"""Seconds for which the watches of an identity go on without a page, so that a reload costs nothing."""
MOST_VIEWERS = 500
AGAIN = 5.0
"""Seconds after which a page that is opened has a refused watch tried again."""


class Subscriber(Protocol):
    """A page's stream."""

    def changed(self, kind: str, item: Sync | VidraResource) -> None:
        """Called when something is new, changed or deleted."""
        ...

    def sight_changed(self) -> None:
        """Called when a kind becomes visible, or is not any more."""
        ...


class Visible(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether a kind is seen as it is now."""

    current: bool
    why: str = ""
    """Why not."""


class Viewer:
    """One identity, while it has pages."""

    def __init__(self, identity: Identity) -> None:
        client = Client(identity.connection, largest=LARGEST)
        self._own = client
        self.identity = identity
        self.client = client.acting_as(identity.impersonation) if identity.impersonation else client
        self.syncs: Store[InfrahubSync] = Store()
        self.pieces = new_pieces()
        self.resources: Store[VidraResource] = Store(index=sync_of, kept=lambda item: join(item, self.pieces))
        self._reading: dict[str, asyncio.Task[None]] = {}
        """Long inventories that are being read, by VidraResource."""
        self.subscribers: set[Subscriber] = set()
        self.diff_running = asyncio.Lock()
        self.pages = 0
        self.last_page = time.monotonic()
        self._started = 0.0
        self._turned = asyncio.Event()
        """Set when a list is complete, or failed."""
        self._watches: dict[str, Watch[Any]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self.syncs.listen(lambda old, new: self._changed("syncs", old or new))
        self.resources.listen(lambda old, new: self._changed("resources", old or new))

    async def watched(self, within: float) -> None:
        """Start to watch if nobody does, and wait until something is known: the lists, or why they cannot be had."""
        if not self._tasks or (self._refused() and time.monotonic() - self._started > AGAIN):
            await self._stop()
            self._start()
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while not all(watch.current or watch.interrupted for watch in self._watches.values()):
                    self._turned.clear()
                    await self._turned.wait()

    def sight(self) -> dict[str, Visible]:
        """Whether each kind is seen."""
        return {name: _visible(watch) for name, watch in self._watches.items()}

    async def still_allowed(self) -> str:
        """Why this identity may not see syncs any more; empty while it may.

        Raises:
            KubeError: There is no answer; nothing is known then.
        """
        wanted = {"verb": "list", "group": GROUP, "resource": SYNC_PLURAL}
        try:
            return "" if await is_allowed(self.client, wanted) else "your right to list syncs was taken away"
        except ApiError as error:
            if error.unauthorized or error.forbidden:
                return str(error)
            raise

    def read_inventory(self, resource: VidraResource) -> None:
        """Read what the status of a VidraResource has no room for, in the background: it is shown when it is there."""
        name = resource.metadata.name
        if not resource.is_inventory_seen and name not in self._reading:
            self._reading[name] = asyncio.create_task(self._read_inventory(resource))

    async def _read_inventory(self, resource: VidraResource) -> None:
        name, stored = resource.metadata.name, resource.status.inventory
        try:
            await read_inventory(self.client, resource, self.pieces)
        except (InventoryUnseenError, KubeError) as error:
            log.info("part of an inventory not seen", resource=name, error=str(error))
        finally:
            del self._reading[name]
        named = {piece.name for piece in stored.pieces} if stored else set()
        for piece in self.pieces.group(name):
            if piece.metadata.name not in named:
                self.pieces.removed(piece)
        self.resources.keep_again(name)

    async def close(self) -> None:
        """Stop the watches, and close the connections."""
        await self._stop()
        await self._own.close()

    def _start(self) -> None:
        self._started = time.monotonic()
        self._watches = {
            "syncs": Watch(self.client, PATHS[SYNC_KIND], InfrahubSync, self.syncs, on_turn=self._sight_changed),
            "resources": Watch(self.client, RESOURCES, VidraResource, self.resources, on_turn=self._sight_changed),
        }
        self._tasks = [asyncio.create_task(watch.run()) for watch in self._watches.values()]

    async def _stop(self) -> None:
        tasks = [*self._tasks, *self._reading.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks = []

    def _changed(self, kind: str, item: Sync | VidraResource | None) -> None:
        assert item is not None, "a change is of something"
        for subscriber in self.subscribers:
            subscriber.changed(kind, item)

    def _sight_changed(self) -> None:
        self._turned.set()
        for subscriber in self.subscribers:
            subscriber.sight_changed()

    def _refused(self) -> bool:
        return any(not watch.current and isinstance(watch.interrupted, ApiError) for watch in self._watches.values())


class Viewers:
    """The identities with pages, each once."""

    def __init__(self) -> None:
        self._viewers: dict[str, Viewer] = {}

    @asynccontextmanager
    async def viewing(self, identity: Identity) -> AsyncIterator[Viewer]:
        """The viewer of an identity, while the context lasts.

        Raises:
            NotConfiguredError: There are too many others.
        """
        viewer = self._viewers.get(identity.key)
        if viewer is None:
            if len(self._viewers) >= MOST_VIEWERS:
                await self.sweep(0)
            if len(self._viewers) >= MOST_VIEWERS:
                raise NotConfiguredError(f"{MOST_VIEWERS} people look already: try again in a minute")
            viewer = self._viewers[identity.key] = Viewer(identity)
        viewer.pages += 1
        try:
            yield viewer
        finally:
            viewer.pages -= 1
            viewer.last_page = time.monotonic()

    async def sweep(self, lingers: float = LINGERS) -> None:
        """Close those that had no page for so many seconds."""
        now = time.monotonic()
        idle = [key for key, item in self._viewers.items() if not item.pages and now - item.last_page >= lingers]
        for viewer in [self._viewers.pop(key) for key in idle]:
            await viewer.close()

    async def forget(self, identity: Identity) -> None:
        """End what is kept for an identity that may not see it any more; its streams end by themselves."""
        if viewer := self._viewers.pop(identity.key, None):
            await viewer.close()

    async def close(self) -> None:
        """Close all."""
        viewers, self._viewers = list(self._viewers.values()), {}
        for viewer in viewers:
            await viewer.close()


def _visible(watch: Watch[Any]) -> Visible:
    if watch.current:
        return Visible(current=True)
    error: Exception | None = watch.interrupted
    if isinstance(error, ApiError):
        error = not_installed(error)
    return Visible(current=False, why=(sentence(error) or str(error)) if error else "not read yet")
