"""Which sync or VidraResource a person means by a name."""

from __future__ import annotations

import asyncio

from vidra.api.names import GROUP, RESOURCE_KIND, SYNC_KIND
from vidra.api.resource import VidraResource
from vidra.api.sync import InfrahubSync
from vidra.kube.client import Client
from vidra.views.errors import BadNameError, ViewError
from vidra.views.hub_objects import RESOURCES, SYNCS, one

Item = InfrahubSync | VidraResource


async def find(client: Client, name: str) -> Item:
    """The InfrahubSync or VidraResource of a name; with isync/ or vres/ before it there is no doubt which.

    Raises:
        ViewError: There is none, or both.
    """
    kind, rest = _split(name)
    sync, resource = await asyncio.gather(
        one(client, f"{SYNCS}/{rest}", InfrahubSync) if kind != RESOURCE_KIND else _nothing(),
        one(client, f"{RESOURCES}/{rest}", VidraResource) if kind != SYNC_KIND else _nothing(),
    )
    if sync and resource:
        raise ViewError(f"{rest} is an InfrahubSync and a VidraResource: write isync/{rest} or vres/{rest}")
    found: Item | None = sync or resource
    if found is None:
        raise ViewError(f"there is no InfrahubSync or VidraResource {rest!r} (vidra get lists them)")
    return found


def means(given: str, kind: str, name: str) -> bool:
    """Whether a name from the command line means this resource."""
    wanted, rest = _split(given)
    return rest == name and wanted in {"", kind}


def path_of(item: Item) -> str:
    """Its path at the API server."""
    return f"{SYNCS if isinstance(item, InfrahubSync) else RESOURCES}/{item.metadata.name}"


def titled(item: Item) -> str:
    """Kind and name."""
    return f"{item.kind} {item.metadata.name}"


async def _nothing() -> None:
    return None


def _split(given: str) -> tuple[str, str]:
    """The kind, empty if it is left open, and the name."""
    word, slash, name = given.rpartition("/")
    kind = _KINDS.get(word.lower().removesuffix(f".{GROUP}")) if slash else ""
    if kind is None or not name:
        raise BadNameError(f"{given!r}: write NAME, isync/NAME or vres/NAME")
    return kind, name


_KINDS = {
    **dict.fromkeys(("isync", "sync", "infrahubsync", "infrahubsyncs"), SYNC_KIND),
    **dict.fromkeys(("vres", "resource", "vidraresource", "vidraresources"), RESOURCE_KIND),
}
"""The prefixes that a name may have."""
