"""What Vidra holds back from pruning until a person approves: the exact set, object by object."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from vidra.api.conditions import ConditionType, find
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, VidraResource
from vidra.api.sync import Sync
from vidra.apply.guards.prune_limit import approve_command, is_same_id, set_id
from vidra.apply.inventory import key_of, ref_of
from vidra.controllers.runtime.context import sync_of
from vidra.kube.client import Client
from vidra.views.dry_run import dry_run_session
from vidra.views.errors import ViewError
from vidra.views.hub_objects import resources
from vidra.views.resource_names import Item


class HeldObject(msgspec.Struct, frozen=True):
    """An object that would be deleted."""

    ref: str
    """Which it is, in words."""
    server: str
    """Empty for the cluster that Vidra runs in."""
    resource: str = ""
    """The VidraResource that has it, if it is not the one in question."""


class HeldPrune(msgspec.Struct, frozen=True):
    """A set that waits for a person's agreement."""

    id: str
    """The id to approve; another set has another id."""
    objects: tuple[HeldObject, ...]


async def held_prune(client: Client, item: Item, namespaces: Sequence[str]) -> HeldPrune | None:
    """What a sync or VidraResource holds back; None when it holds nothing.

    Args:
        namespaces: Those whose Secrets count, Vidra's own first.

    Raises:
        ViewError: It is not known now; the message says what to do.
    """
    if isinstance(item, Sync):
        return held_by_sync(item, await resources(client))
    held = item.status.held_prune
    if held is None or held.approved:
        return None
    async with dry_run_session(client, namespaces) as session:
        found = await session.planned(item)
    if found.limits.held is None or found.limits.held.id != held.id:
        raise ViewError(f"what {item.metadata.name} holds back changes just now: try again in a moment")
    return HeldPrune(held.id, objects_of(found.limits.to_delete))


def held_by_sync(sync: Sync, everything: Iterable[VidraResource]) -> HeldPrune | None:
    """The objects that a sync holds back: of VidraResources to be removed, and of no other of its VidraResources.

    Raises:
        ViewError: Its status has no room for the set, or does not say it yet.
    """
    held, name = sync.status.held_prune, sync.metadata.name
    if held is None:
        _refuse_unsaid(sync)
        return None
    if not is_same_id(held.id, set_id(held.resources)):
        by_hand = approve_command(sync.kind, name, held.id)
        raise ViewError(f"it is too much for a list: look with vidra diff {name}, then agree with {by_hand}")
    siblings = [item for item in everything if sync_of(item) == sync.key]
    return HeldPrune(held.id, objects_of_unlisted(held.resources, siblings))


def _refuse_unsaid(sync: Sync) -> None:
    """Say so when something is held, and not yet which: by an operator that is older than this program.

    Raises:
        ViewError: That is so.
    """
    ready = find(sync.status.conditions, ConditionType.READY)
    if ready is not None and ready.reason == Reason.PRUNE_HELD:
        raise ViewError(
            f"the status of {sync.metadata.name} does not say yet what is held: try again when this version of the "
            f"operator has reconciled it, or do what its Ready condition says: {ready.message}"
        )


def objects_of(entries: Iterable[ManagedObject], resource: str = "") -> tuple[HeldObject, ...]:
    """Entries of an inventory, as they are shown."""
    return tuple(HeldObject(str(ref_of(entry)), entry.server, resource) for entry in entries)


def objects_of_unlisted(unlisted: Collection[str], siblings: Sequence[VidraResource]) -> tuple[HeldObject, ...]:
    """The objects that only VidraResources to be removed have.

    Args:
        unlisted: Their names.
        siblings: All VidraResources of the sync.
    """
    kept = {key_of(entry) for item in siblings if item.metadata.name not in unlisted for entry in item.inventory}
    found: list[HeldObject] = []
    for item in siblings:
        if item.metadata.name in unlisted:
            alone = (entry for entry in item.inventory if key_of(entry) not in kept)
            found += objects_of(alone, item.metadata.name)
    return tuple(found)
