"""The tables of a stream: which rows a page wants, all of them at first, then those that changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.controllers.runtime.context import sync_of
from vidra.kube.store import Store
from vidra.ui.viewer import Viewer
from vidra.views.resource_names import Item
from vidra.views.status_rows import cluster_rows, object_rows, resource_row, sync_row

Rows = dict[str, dict[str, Any]]
"""By table, then by the key of the sync or VidraResource; None: there is none of this key any more."""

OBJECTS = "objects"
TABLES: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "syncs": ("syncs", sync_row),
    "clusters": ("syncs", cluster_rows),
    "resources": ("resources", resource_row),
    OBJECTS: ("resources", object_rows),
}
"""From what each table is made, and how."""


class Wanted(msgspec.Struct, frozen=True):
    """What a page shows."""

    tables: tuple[str, ...]
    sync: str = ""
    """The key of a sync: only this one, and its VidraResources; empty: all."""
    resource: str = ""
    """Only this VidraResource; empty: all."""

    def means(self, item: Item) -> bool:
        """Whether the page shows something of a sync or VidraResource."""
        if isinstance(item, Sync):
            return self.sync in {"", item.key}
        return self.resource in {"", item.key} and self.sync in {"", sync_of(item)}


class Subscription:
    """What changed since the page was last sent something: keys alone, so that a slow page costs no memory."""

    def __init__(self, viewer: Viewer, wanted: Wanted) -> None:
        self._viewer = viewer
        self._wanted = wanted
        self._kinds = {TABLES[table][0] for table in wanted.tables}
        self._pending: dict[str, set[str]] = {"syncs": set(), "resources": set()}
        self._sight = False
        self.event = asyncio.Event()

    def changed(self, kind: str, item: Item) -> None:
        """Note a change."""
        if kind in self._kinds and self._wanted.means(item):
            self._pending[kind].add(item.key)
            self.event.set()

    def sight_changed(self) -> None:
        """Note that a kind becomes visible, or is not any more."""
        self._sight = True
        self.event.set()

    def everything(self) -> Rows:
        """All rows, and nothing is pending any more."""
        self.take()
        self._read_inventories(self._items("resources"))
        return {
            table: {item.key: make(item) for item in self._items(kind)}
            for table, (kind, make) in TABLES.items()
            if table in self._wanted.tables
        }

    def take(self) -> tuple[Rows, bool]:
        """The rows that changed, and whether what is visible did; they are not pending any more."""
        pending, self._pending = self._pending, {"syncs": set(), "resources": set()}
        sight, self._sight = self._sight, False
        self.event.clear()
        self._read_inventories(filter(None, map(self._viewer.resources.get, pending["resources"])))
        rows = {
            table: {key: self._row(kind, key, make) for key in pending[kind]}
            for table, (kind, make) in TABLES.items()
            if table in self._wanted.tables and pending[kind]
        }
        return rows, sight

    def _read_inventories(self, resources: Iterable[VidraResource]) -> None:
        """Have long inventories read, if the page shows objects; their rows change when that is done."""
        for resource in resources if OBJECTS in self._wanted.tables else ():
            if self._wanted.means(resource):
                self._viewer.read_inventory(resource)

    def _row(self, kind: str, key: str, make: Callable[[Any], Any]) -> Any:
        item = self._store(kind).get(key)
        return make(item) if item is not None and self._wanted.means(item) else None

    def _items(self, kind: str) -> Iterable[Any]:
        return (item for item in self._store(kind) if self._wanted.means(item))

    def _store(self, kind: str) -> Store[Any]:
        return self._viewer.syncs if kind == "syncs" else self._viewer.resources
