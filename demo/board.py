"""What the view shows: every sync and VidraResource, as a watch of the API server gives them and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from vidra.api.conditions import Condition, ConditionType, find
from vidra.api.names import API_VERSION, RESOURCE_PLURAL, SYNC_KIND, SYNC_PLURAL
from vidra.api.resource import VidraResource
from vidra.api.sync import InfrahubSync
from vidra.kube.client import Client
from vidra.kube.store import Store
from vidra.kube.watch import Watch


class Row(msgspec.Struct, frozen=True):
    """One line of the view."""

    kind: str
    name: str
    ready: str
    progress: str
    health: str
    message: str
    namespaces: str = ""
    """Where the objects of a VidraResource are, from its inventory."""


class Board:
    """The rows, always as new as the watches are."""

    def __init__(self, client: Client) -> None:
        self._syncs: Store[InfrahubSync] = Store()
        self._resources: Store[VidraResource] = Store(index=_sync_of)
        self._watches = (
            Watch(client, f"/apis/{API_VERSION}/{SYNC_PLURAL}", InfrahubSync, self._syncs),
            Watch(client, f"/apis/{API_VERSION}/{RESOURCE_PLURAL}", VidraResource, self._resources),
        )

    def listen(self, changed: Callable[[], None]) -> None:
        """Call this after every change."""
        self._syncs.listen(lambda _old, _new: changed())
        self._resources.listen(lambda _old, _new: changed())

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as group:
            for watch in self._watches:
                group.create_task(watch.run())

    def rows(self) -> list[Row]:
        """Every sync, in the order of their creation, each followed by its VidraResources; then those of persons."""
        found: list[Row] = []
        for sync in sorted(self._syncs, key=lambda item: (item.metadata.creation_timestamp, item.metadata.name)):
            found.append(_sync(sync))
            found.extend(self._group(sync.metadata.name))
        return [*found, *self._group("")]

    def _group(self, sync: str) -> list[Row]:
        return sorted(map(_resource, self._resources.group(sync)), key=lambda row: row.name)


def _sync(item: InfrahubSync) -> Row:
    ready = _ready(item.status.conditions)
    return Row(
        item.kind, item.metadata.name, ready.status, item.status.progress, str(item.status.health or ""), _words(ready)
    )


def _resource(item: VidraResource) -> Row:
    ready = _ready(item.status.conditions)
    namespaces = sorted({entry.namespace for entry in item.status.managed_resources} - {""})
    words, health = _words(ready), str(item.status.health or "")
    return Row(item.kind, item.metadata.name, ready.status, item.status.progress, health, words, ", ".join(namespaces))


def _ready(conditions: tuple[Condition, ...]) -> Condition:
    """The Ready condition, or one that says nothing while the operator has not looked yet."""
    return find(conditions, ConditionType.READY) or Condition(ConditionType.READY, "Unknown", "")


def _words(ready: Condition) -> str:
    return f"{ready.reason}: {ready.message}" if ready.reason else "-"


def _sync_of(item: VidraResource) -> str:
    return next((owner.name for owner in item.metadata.owner_references if owner.kind == SYNC_KIND), "")
