"""What one identity sees: a watch for each kind of Vidra's own with its own credentials, shared by its pages.

Which of them a person may see is decided by the API server alone. Nothing of one identity is shown to another, and
what was seen is forgotten with the right to see it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Protocol

import msgspec
import structlog

from vidra.api.names import GROUP, PATHS, PLURALS
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.apply.inventory_reading import InventoryUnseenError, join, new_pieces, read_inventory
from vidra.controllers.runtime.context import sync_of
from vidra.kube.access_review import is_allowed
from vidra.kube.client import Client
from vidra.kube.connection import NotConfiguredError
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.store import Portion, Store
from vidra.kube.watch import Watch
from vidra.ui.identity import Identity
from vidra.views.error_sentences import sentence
from vidra.views.hub_paths import not_installed
from vidra.views.resource_names import TYPES, Item
from vidra.views.status_rows import held_of

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

    def changed(self, kind: str, item: Item) -> None:
        """Called when something is new, changed or deleted.

        Args:
            kind: syncs, or resources.
        """
        ...

    def sight_changed(self) -> None:
        """Called when a kind becomes visible, or is not any more, or another number of prunes is held."""
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
        self.syncs: Store[Sync] = Store(key=_key)
        self.pieces = new_pieces()
        self.resources: Store[VidraResource] = Store(index=sync_of, kept=lambda item: join(item, self.pieces))
        self._reading: dict[str, asyncio.Task[None]] = {}
        """Long inventories that are being read, by VidraResource."""
        self.subscribers: set[Subscriber] = set()
        self.diff_running = asyncio.Lock()
        self.pages = 0
        self.last_page = time.monotonic()
        self.held: set[tuple[str, str]] = set()
        """Kind and name of what holds a prune back: every page says so, whatever it shows."""
        self.over = ""
        """Why this identity sees nothing any more; empty while that is not so."""
        self._turned = asyncio.Event()
        """Set when a list is complete, or failed."""
        self._watches: dict[str, _Following] = {}
        """By the kind."""
        self.syncs.listen(partial(self._changed, "syncs"))
        self.resources.listen(partial(self._changed, "resources"))

    async def watched(self, within: float) -> None:
        """Start to watch if nobody does, and wait until something is known: the lists, or why they cannot be had."""
        for kind in TYPES:
            following = self._watches.get(kind.KIND)
            if following is None or following.to_be_tried_again():
                if following:
                    await following.stop()
                self._watches[kind.KIND] = _Following(self._watch(kind))
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while not all(each.watch.current or each.watch.interrupted for each in self._watches.values()):
                    self._turned.clear()
                    await self._turned.wait()

    def sight(self) -> dict[str, Visible]:
        """Whether each kind is seen, by its plural."""
        watches = {PLURALS[kind]: each.watch for kind, each in self._watches.items()}
        known = any(watch.current for watch in watches.values())
        return {
            plural: visible(watch.interrupted, current=watch.current, known=known) for plural, watch in watches.items()
        }

    async def still_allowed(self) -> str:
        """Why this identity may not see something any more that it sees; empty while it may.

        Raises:
            KubeError: There is no answer; nothing is known then.
        """
        seen = [PLURALS[kind] for kind, each in self._watches.items() if each.watch.current]
        asked = ({"verb": "list", "group": GROUP, "resource": plural} for plural in seen)
        try:
            answers = await asyncio.gather(*(is_allowed(self.client, wanted) for wanted in asked))
        except ApiError as error:
            if error.unauthorized or error.forbidden:
                return str(error)
            raise
        lost = [plural for plural, allowed in zip(seen, answers, strict=True) if not allowed]
        return f"your right to list {' and '.join(lost)} was taken away" if lost else ""

    def end(self, why: str) -> None:
        """End every stream of this identity: it may not see any more what it sees."""
        self.over = why
        self._sight_changed()

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
        for following in self._watches.values():
            await following.stop()
        for task in (reading := list(self._reading.values())):
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
        await self._own.close()

    def _watch(self, kind: type[Item]) -> Watch[Any]:
        store: Store[Any] = self.syncs if issubclass(kind, Sync) else self.resources
        sink = Portion(store, partial(_is_a, kind))
        return Watch(self.client, PATHS[kind.KIND], kind, sink, on_turn=self._sight_changed)

    def _changed(self, kind: str, old: Item | None, new: Item | None) -> None:
        item = new or old
        assert item is not None, "a change is of something"
        for subscriber in self.subscribers:
            subscriber.changed(kind, item)
        self._note_held(item, held=new is not None and held_of(new) is not None)

    def _note_held(self, item: Item, *, held: bool) -> None:
        number, key = len(self.held), (item.kind, item.metadata.name)
        (self.held.add if held else self.held.discard)(key)
        if len(self.held) != number:
            self._sight_changed()

    def _sight_changed(self) -> None:
        self._turned.set()
        for subscriber in self.subscribers:
            subscriber.sight_changed()


class _Following:
    """A watch that runs."""

    def __init__(self, watch: Watch[Any]) -> None:
        self.watch = watch
        self._started = time.monotonic()
        self._task = asyncio.create_task(watch.run())

    def to_be_tried_again(self) -> bool:
        """Whether it was refused, and that is some time ago."""
        refused = not self.watch.current and isinstance(self.watch.interrupted, ApiError)
        return refused and time.monotonic() - self._started > AGAIN

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


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

    async def forget(self, identity: Identity, viewer: Viewer) -> None:
        """Drop what is kept for an identity that may not see it any more, so that its next page starts with nothing."""
        if self._viewers.get(identity.key) is viewer:
            del self._viewers[identity.key]
            await viewer.close()

    async def close(self) -> None:
        """Close all."""
        viewers, self._viewers = list(self._viewers.values()), {}
        for viewer in viewers:
            await viewer.close()


def _key(item: Item) -> str:
    return item.key


def _is_a(kind: type[Item], item: Item) -> bool:
    return isinstance(item, kind)


def visible(error: Exception | None, *, current: bool, known: bool) -> Visible:
    """Whether a kind is seen. Of a kind that a cluster does not know, although it knows Vidra, there are none.

    Args:
        error: Why its watch was interrupted last.
        current: Whether the watch shows what is now.
        known: Whether the cluster knows another kind of Vidra's.
    """
    if current or (known and isinstance(error, ApiError) and error.not_found):
        return Visible(current=True)
    if isinstance(error, ApiError):
        error = not_installed(error)
    return Visible(current=False, why=(sentence(error) or str(error)) if error else "not read yet")
