"""Which sync or VidraResource a person means by a name."""

from __future__ import annotations

import asyncio

from vidra.api.names import PATHS
from vidra.api.resource import VidraResource
from vidra.api.sync import SYNC_TYPES, Sync
from vidra.apply.inventory_reading import if_seen
from vidra.kube.client import Client
from vidra.kube.partial_metadata import METADATA_LIST, LiveList
from vidra.views.errors import ViewError
from vidra.views.hub_objects import one
from vidra.views.hub_paths import RESOURCES
from vidra.views.name_forms import SHORT_KINDS, short, split, unknown

Item = Sync | VidraResource
TYPES: tuple[type[Item], ...] = (*SYNC_TYPES, VidraResource)
"""The kinds of Vidra's own."""


async def find(client: Client, name: str) -> Item:
    """The sync or VidraResource of a name; with isync/, vsync/ or vres/ before it there is no doubt which.

    Raises:
        ViewError: There is none, or more than one.
    """
    wanted, rest = split(name)
    asked = [one(client, f"{PATHS[kind.KIND]}/{rest}", kind) for kind in TYPES if wanted in {"", kind.KIND}]
    found = [item for item in await asyncio.gather(*asked) if item is not None]
    if len(found) > 1:
        kinds = " and ".join(f"{'an' if item.kind[0] in 'AEIOU' else 'a'} {item.kind}" for item in found)
        raise ViewError(f"{rest} is {kinds}: write {' or '.join(f'{SHORT_KINDS[item.kind]}/{rest}' for item in found)}")
    item = found[0] if found else await _nearly(client, wanted, rest)
    return await if_seen(client, item) if isinstance(item, VidraResource) else item


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
    return f"{PATHS[item.kind]}/{item.metadata.name}"


def titled(item: Item) -> str:
    """Kind and name."""
    return f"{item.kind} {item.metadata.name}"


def _paths(kind: str) -> list[str]:
    return [path for each, path in PATHS.items() if kind in {"", each}]
