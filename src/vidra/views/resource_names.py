"""Which sync or VidraResource a person means by a name."""

from __future__ import annotations

import asyncio

from vidra.api.names import RESOURCE_KIND, SYNC_KIND
from vidra.api.resource import VidraResource
from vidra.api.sync import InfrahubSync
from vidra.kube.client import Client
from vidra.kube.partial_metadata import METADATA_LIST, LiveList
from vidra.views.errors import ViewError
from vidra.views.hub_objects import one
from vidra.views.hub_paths import RESOURCES, SYNCS
from vidra.views.name_forms import short, split, unknown

Item = InfrahubSync | VidraResource


async def find(client: Client, name: str) -> Item:
    """The InfrahubSync or VidraResource of a name; with isync/ or vres/ before it there is no doubt which.

    Raises:
        ViewError: There is none, or both.
    """
    kind, rest = split(name)
    sync, resource = await asyncio.gather(
        one(client, f"{SYNCS}/{rest}", InfrahubSync) if kind != RESOURCE_KIND else _nothing(),
        one(client, f"{RESOURCES}/{rest}", VidraResource) if kind != SYNC_KIND else _nothing(),
    )
    if sync and resource:
        raise ViewError(f"{rest} is an InfrahubSync and a VidraResource: write isync/{rest} or vres/{rest}")
    found: Item | None = sync or resource
    return found if found is not None else await _nearly(client, kind, rest)


async def _nearly(client: Client, kind: str, name: str) -> VidraResource:
    """The VidraResource that has this short name, as tables show it.

    Raises:
        ViewError: There is none, or several.
    """
    lists = await asyncio.gather(
        *(client.get(path, LiveList, accept=METADATA_LIST) for path in _paths(kind)),
    )
    names = [item.metadata.name for listing in lists for item in listing.items or ()]
    meant = [each for each in names if short(each) == name]
    if len(meant) > 1:
        raise ViewError(f"{name!r} stands for several: write one of {', '.join(meant)}")
    found = await one(client, f"{RESOURCES}/{meant[0]}", VidraResource) if meant else None
    if found is None:
        raise ViewError(unknown(name, names))
    return found


def path_of(item: Item) -> str:
    """Its path at the API server."""
    return f"{SYNCS if isinstance(item, InfrahubSync) else RESOURCES}/{item.metadata.name}"


def titled(item: Item) -> str:
    """Kind and name."""
    return f"{item.kind} {item.metadata.name}"


def _paths(kind: str) -> list[str]:
    return [path for each, path in ((SYNC_KIND, SYNCS), (RESOURCE_KIND, RESOURCES)) if kind in {"", each}]


async def _nothing() -> None:
    return None
