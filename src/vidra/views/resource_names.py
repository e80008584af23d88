"""Which sync or VidraResource a person means by a name."""

from __future__ import annotations

import asyncio

from vidra.api.names import GROUP, PATHS, RESOURCE_KIND, SYNC_KIND, VIDRA_SYNC_KIND
from vidra.api.resource import VidraResource
from vidra.api.sync import SYNC_TYPES, Sync
from vidra.kube.client import Client
from vidra.views.errors import BadNameError, ViewError
from vidra.views.hub_objects import one

Item = Sync | VidraResource


async def find(client: Client, name: str) -> Item:
    """The sync or VidraResource of a name; with isync/, vsync/ or vres/ before it there is no doubt which.

    Raises:
        ViewError: There is none, or more than one.
    """
    wanted, rest = _split(name)
    types: tuple[type[Item], ...] = (*SYNC_TYPES, VidraResource)
    asked = [one(client, f"{PATHS[kind.KIND]}/{rest}", kind) for kind in types if wanted in {"", kind.KIND}]
    found = [item for item in await asyncio.gather(*asked) if item is not None]
    if not found:
        raise ViewError(f"there is no InfrahubSync, VidraSync or VidraResource {rest!r} (vidra get lists them)")
    if len(found) > 1:
        kinds = " and ".join(f"{'an' if item.kind[0] in 'AEIOU' else 'a'} {item.kind}" for item in found)
        raise ViewError(f"{rest} is {kinds}: write {' or '.join(f'{_SHORT[item.kind]}/{rest}' for item in found)}")
    return found[0]


def means(given: str, kind: str, name: str) -> bool:
    """Whether a name from the command line means this resource."""
    wanted, rest = _split(given)
    return rest == name and wanted in {"", kind}


def path_of(item: Item) -> str:
    """Its path at the API server."""
    return f"{PATHS[item.kind]}/{item.metadata.name}"


def titled(item: Item) -> str:
    """Kind and name."""
    return f"{item.kind} {item.metadata.name}"


def _split(given: str) -> tuple[str, str]:
    """The kind, empty if it is left open, and the name."""
    word, slash, name = given.rpartition("/")
    kind = _KINDS.get(word.lower().removesuffix(f".{GROUP}")) if slash else ""
    if kind is None or not name:
        raise BadNameError(f"{given!r}: write NAME, isync/NAME, vsync/NAME or vres/NAME")
    return kind, name


_KINDS = {
    **dict.fromkeys(("isync", "sync", "infrahubsync", "infrahubsyncs"), SYNC_KIND),
    **dict.fromkeys(("vsync", "vidrasync", "vidrasyncs"), VIDRA_SYNC_KIND),
    **dict.fromkeys(("vres", "resource", "vidraresource", "vidraresources"), RESOURCE_KIND),
}
"""The prefixes that a name may have."""
_SHORT = {SYNC_KIND: "isync", VIDRA_SYNC_KIND: "vsync", RESOURCE_KIND: "vres"}
