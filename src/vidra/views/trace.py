"""Where a live object comes from, back to the data in Infrahub: by field managers, which nobody writes by mistake."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from vidra.api.conditions import ConditionType, find
from vidra.api.health import Status
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.apply.inventory import key_of
from vidra.controllers.runtime.context import sync_of
from vidra.kube.client import Client
from vidra.sources.infrahub.activity import page_of
from vidra.views.dry_run import DryRunSession
from vidra.views.find_object import Found, find_object
from vidra.views.hub_objects import sync_of_key
from vidra.views.object_health import ObjectHealth


class Origin(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A VidraResource with fields of the object, and what it was made from."""

    resource: str
    ready: str
    """Status and reason of its condition Ready."""
    health: str = ""
    """Of the object, as this VidraResource last saw it; with what the object says of itself if it is not healthy."""
    sync: str = ""
    """Empty when a person made it."""
    source: str = ""
    """Address of a source other than Infrahub."""
    revision: str = ""
    author: str = ""
    infrahub: str = ""
    branch: str = ""
    date: str = ""
    artifact: str = ""
    artifact_id: str = ""
    checksum: str = ""
    applied_checksum: str = ""
    changed: str = ""
    """When something was changed last (RFC 3339)."""
    page: str = ""
    """The artifact's page in Infrahub."""
    generated: str = ""
    """When Infrahub gave the artifact this text, and by whose deed, if it says so."""
    merge: str = ""
    """The merge before that: of which branch, when, by whom, in which proposed change."""


class OtherManager(msgspec.Struct, frozen=True, omit_defaults=True):
    """A field manager of the object that belongs to no VidraResource; one entry of managedFields."""

    manager: str
    operation: str = ""
    subresource: str = ""
    time: str = ""
    note: str = ""


class Trace(msgspec.Struct, frozen=True, rename="camel"):
    """The answer."""

    object: str
    """Which it is, in words."""
    server: str
    """Empty for the cluster that Vidra runs in."""
    origins: tuple[Origin, ...]
    others: tuple[OtherManager, ...]
    listed_by: tuple[str, ...]
    """VidraResources that have it in their inventory and hold no field of it."""


async def trace(client: Client, session: DryRunSession, word: str, name: str, *, namespace: str, server: str) -> Trace:
    """Where an object comes from.

    Args:
        word: Its kind, as kubectl accepts it.
        server: Empty for the cluster that Vidra runs in.

    Raises:
        ViewError: There is no such object, or no such kind.
        ClusterError: Nobody is logged in to that cluster.
        KubeError: It cannot be seen.
    """
    cluster = session.clusters.get(server)
    managed = [entry for item in session.resources for entry in item.inventory]
    found = await find_object(cluster, word, name, namespace=namespace, server=server, managed=managed)
    owners = owners_of(found, session.managers)
    resources = [resource for owner in owners.values() if (resource := session.resources.get(owner))]
    return Trace(
        object=str(found),
        server=server,
        origins=tuple([await _origin(client, session, resource, str(found)) for resource in resources]),
        others=others_of(found, owners),
        listed_by=listed_by(found, session.resources, set(owners.values())),
    )


async def _origin(client: Client, session: DryRunSession, resource: VidraResource, ref: str) -> Origin:
    """The origin, with what Infrahub says of it now."""
    sync = await _sync(client, resource)
    origin = origin_of(resource, sync, ref)
    if sync is None or not (origin.infrahub and origin.artifact_id):
        return origin
    change = await session.change_to(sync, origin.artifact_id, origin.checksum)
    if change is None:
        return origin
    by = f" by {change.by}" if change.by else ""
    return msgspec.structs.replace(origin, generated=f"{change.at}{by}", merge=change.merge)


async def _sync(client: Client, resource: VidraResource) -> Sync | None:
    key = sync_of(resource)
    return await sync_of_key(client, key) if key else None


def owners_of(found: Found, managers: Mapping[str, str]) -> dict[str, str]:
    """VidraResources with fields of it, by field manager."""
    names = (str(entry.get("manager")) for entry in found.managed_fields)
    return {name: managers[name] for name in names if name in managers}


def origin_of(resource: VidraResource, sync: Sync | None, ref: str = "") -> Origin:
    """A VidraResource, and what it was made from.

    Args:
        sync: The one that made it, if it is still there.
        ref: The object, in words.
    """
    content, status = resource.spec.content, resource.status
    source = sync.source.infrahub if sync else None
    address = sync.source.address[1] if sync and not source else ""
    ready = find(status.conditions, ConditionType.READY)
    return Origin(
        resource=resource.metadata.name,
        ready=f"{ready.status} ({ready.reason})" if ready else "Unknown",
        health=_health(resource, ref) if ref else "",
        sync=sync_of(resource),
        source=address,
        revision=content.revision if content else "",
        author=content.author if content else "",
        infrahub=source.infrahub_api_url if source else "",
        branch=source.target_branch if source else "",
        date=(source.target_date or "") if source else "",
        artifact=source.artifact if source else "",
        artifact_id=content.artifact_id if content else "",
        checksum=content.checksum if content else "",
        applied_checksum=status.applied_checksum,
        changed=status.last_sync_time,
        page=page_of(source.infrahub_api_url, content.artifact_id, source.target_branch) if source and content else "",
    )


def _health(resource: VidraResource, ref: str) -> str:
    found = ObjectHealth(resource.status).of(ref)
    if found is None:
        return str(Status.CURRENT)
    return f"{found.health} ({found.message})" if found.message else str(found.health)


def others_of(found: Found, owners: Collection[str]) -> tuple[OtherManager, ...]:
    """Who else has fields of it."""
    return tuple(
        OtherManager(
            manager=str(manager),
            operation=str(entry.get("operation") or ""),
            subresource=str(entry.get("subresource") or ""),
            time=str(entry.get("time") or ""),
            note="a VidraResource that is gone, or of another Vidra" if str(manager).startswith("vidra:") else "",
        )
        for entry in found.managed_fields
        if (manager := entry.get("manager")) and manager not in owners
    )


def listed_by(found: Found, resources: Iterable[VidraResource], owners: Collection[str]) -> tuple[str, ...]:
    """VidraResources that have it in their inventory, besides its owners."""
    group = found.kind.api_version.rpartition("/")[0]
    wanted = (found.server, group, found.kind.kind, found.namespace, found.name)
    names = (
        item.metadata.name
        for item in resources
        if item.metadata.name not in owners and any(key_of(entry) == wanted for entry in item.inventory)
    )
    return tuple(sorted(names))
