"""What the page asks for besides its stream: one thing each, read with the viewer's own rights."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from vidra import __version__
from vidra.api.conditions import Condition
from vidra.api.names import PATHS, RESOURCE_PLURAL
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync, sync_key
from vidra.apply.inventory_reading import if_seen
from vidra.controllers.runtime.context import sync_of
from vidra.kube.client import Client
from vidra.kube.decode import decode
from vidra.ui.errors import RefusedError
from vidra.ui.viewer import Viewer
from vidra.views.diff import Diff, diff_of_resource, diff_of_sync
from vidra.views.dry_run import dry_run_session
from vidra.views.errors import ViewError
from vidra.views.events import events, moment
from vidra.views.held_prune import HeldPrune, held_prune
from vidra.views.hub_paths import RESOURCES
from vidra.views.line_holders import beside, leaving, line_holders
from vidra.views.live_object import LiveObject, live_object
from vidra.views.live_objects import live_states
from vidra.views.object_diff import ObjectDiff
from vidra.views.resource_names import TYPES, Item, find
from vidra.views.state import state_of
from vidra.views.trace import Trace, trace
from vidra.views.tree import ResourceNode, resource_node
from vidra.views.unified_diff import sides, unified
from vidra.views.whoami import Person, Right, person, rights
from vidra.views.yaml_text import YamlText, yaml_text

Json = dict[str, Any]


FIRST = 10.0
"""Seconds to wait for the first lists."""


class Detail(msgspec.Struct, frozen=True, rename="camel"):
    """One sync or VidraResource."""

    kind: str
    name: str
    uid: str
    state: str
    conditions: tuple[Condition, ...]
    facts: dict[str, str]
    """What a page shows beside the conditions, by title."""
    sync: str
    """The key of the sync that made it; empty if none did."""
    unit: str
    """What its source calls a unit: artifact, folder."""
    revisions: tuple[str, ...]
    """The words by which another revision of its source can be previewed."""
    problems: list[Json]
    yaml: YamlText


class EventRow(msgspec.Struct, frozen=True):
    """An Event."""

    time: str
    type: str
    reason: str
    message: str
    about: str
    count: int


class Change(msgspec.Struct, frozen=True):
    """An object that would change."""

    title: str
    server: str
    action: str
    """create, change or delete."""
    lines: list[str]
    """A unified diff."""
    holders: list[str]
    """For each line, who holds what is removed or added there."""
    leaves: list[str]
    """VidraResources that let go of it, if it stays."""
    stays: list[str]
    """Who has fields of it then."""


class Preview(msgspec.Struct, frozen=True):
    """What reconciling would change."""

    changes: list[Change]
    notes: tuple[str, ...]
    problems: list[Json]


class Me(msgspec.Struct, frozen=True, rename="camel"):
    """Who looks, at what, and what they may do."""

    person: Person
    rights: list[Right]
    server: str
    version: str
    mode: str
    read_only: bool


async def detail(client: Client, kind: str, name: str) -> Detail:
    """A sync or VidraResource.

    Raises:
        KubeError: It cannot be seen, or there is none.
    """
    raw = await client.send("GET", f"{PATHS[kind]}/{name}")
    item = decode(raw, _TYPES[kind])
    return Detail(
        kind=item.kind,
        name=item.metadata.name,
        uid=item.metadata.uid,
        state=state_of(item),
        conditions=item.status.conditions,
        facts=_facts(item),
        sync=sync_of(item) if isinstance(item, VidraResource) else "",
        unit=item.source.words.unit if isinstance(item, Sync) else "",
        revisions=item.source.revisions if isinstance(item, Sync) else (),
        problems=msgspec.to_builtins(item.status.problems) if isinstance(item, VidraResource) else [],
        yaml=yaml_text(decode(raw, dict[str, Any])),
    )


async def event_rows(client: Client, name: str) -> list[EventRow]:
    """The Events about a sync and its VidraResources, or about a VidraResource, the newest first; 200 at the most.

    Raises:
        KubeError: They cannot be seen.
    """
    found = (await events(client, [name] if name else [], warnings=False))[::-1]
    return [
        EventRow(
            time=moment(item),
            type=str(item.get("type", "")),
            reason=str(item.get("reason", "")),
            message=str(item.get("message", ""))[:2_000],
            about=f"{item['involvedObject'].get('kind', '')} {item['involvedObject'].get('name', '')}",
            count=int(item.get("count") or 1),
        )
        for item in found[:200]
    ]


async def made_by(viewer: Viewer, kind: str, name: str) -> list[VidraResource]:
    """The VidraResources of a sync, or the one of this name: as the viewer's watch last saw them, without a request.

    Raises:
        ViewError: The viewer cannot see them.
    """
    await viewer.watched(FIRST)
    seen = viewer.sight()[RESOURCE_PLURAL]
    if not seen.current:
        raise ViewError(f"VidraResources cannot be seen: {seen.why}")
    if kind == VidraResource.KIND:
        found = viewer.resources.get(name)
        return [found] if found else []
    return viewer.resources.group(sync_key(kind, name))


async def held(client: Client, name: str, namespaces: tuple[str, ...]) -> HeldPrune | None:
    """What a sync or VidraResource holds back.

    Raises:
        ViewError: That is not known now.
        KubeError: It cannot be seen.
    """
    return await held_prune(client, await find(client, name), namespaces)


async def live_tree(client: Client, name: str, namespaces: tuple[str, ...], *, only_here: bool) -> ResourceNode:
    """The objects of a VidraResource as they are in its cluster, with their owners.

    Raises:
        KubeError: It cannot be seen.
    """
    resource = await if_seen(client, await client.get(f"{RESOURCES}/{name}", VidraResource))
    here = not any(entry.server for entry in resource.inventory)
    _refuse_remote(remote=not here, only_here=only_here)
    async with dry_run_session(client, namespaces, only_here=here) as session:
        states = await live_states(session.clusters, resource.inventory)
        return resource_node(resource, states, session.managers)


async def trace_of(client: Client, query: dict[str, str], namespaces: tuple[str, ...], *, only_here: bool) -> Trace:
    """Where a live object comes from.

    Raises:
        ViewError: There is no such object, or no such kind.
        KubeError: It cannot be seen.
    """
    server = query.get("server", "")
    _refuse_remote(remote=bool(server), only_here=only_here)
    kind, slash, name = query.get("object", "").partition("/")
    if not (kind and slash and name):
        raise RefusedError(400, "write KIND/NAME, such as deployment/frontend")
    async with dry_run_session(client, namespaces, only_here=not server) as session:
        return await trace(client, session, kind, name, namespace=query.get("namespace") or "default", server=server)


async def one_object(
    client: Client, query: dict[str, str], namespaces: tuple[str, ...], *, only_here: bool
) -> LiveObject:
    """A live object, without secrets, and who holds which of its fields.

    Raises:
        ViewError: There is none.
        KubeError: It cannot be seen.
    """
    server = query.get("server", "")
    _refuse_remote(remote=bool(server), only_here=only_here)
    place = (query.get("apiVersion", ""), query.get("kind", ""), query.get("namespace", ""), query.get("name", ""))
    async with dry_run_session(client, namespaces, only_here=not server) as session:
        return await live_object(session, *place, server=server)


async def preview(client: Client, name: str, elsewhere: dict[str, str], namespaces: tuple[str, ...]) -> Preview:
    """What a sync or VidraResource would change: with the viewer's own rights, and only by text from Infrahub.

    Args:
        elsewhere: Revision to read instead of the sync's, by `branch`, `tag` and so on.

    Raises:
        ViewError, SourceError, KubeError: There is no answer.
    """
    item = await find(client, name)
    async with dry_run_session(client, namespaces) as session:
        if isinstance(item, Sync):
            return _preview(await diff_of_sync(session, item, elsewhere), session.managers)
        if elsewhere:
            raise RefusedError(400, "another revision is for a sync: a VidraResource has one text")
        return _preview(await diff_of_resource(session, item), session.managers)


async def me(client: Client, *, mode: str, read_only: bool) -> Me:
    """Who looks, and what they may do.

    Raises:
        KubeError: The API server does not say.
    """
    who, may = await asyncio.gather(person(client), rights(client, virtual=mode != "local"))
    return Me(who, may, client.connection.server, __version__, mode, read_only)


def _preview(found: Diff, managers: Mapping[str, str]) -> Preview:
    changes = [_change(item, managers) for item in found.objects]
    return Preview(changes, found.notes, [msgspec.to_builtins(problem) for problem in found.problems])


def _change(item: ObjectDiff, managers: Mapping[str, str]) -> Change:
    lines = unified(item)[2:]
    before, after = (line_holders(text, managed, managers) for text, managed in sides(item))
    leaves, stays = leaving(*item.managed, managers) if item.before and item.after else ([], [])
    return Change(
        title=item.title,
        server=item.server,
        action="create" if item.before is None else "delete" if item.after is None else "change",
        lines=lines,
        holders=beside(lines, before, after),
        leaves=leaves,
        stays=stays if leaves else [],
    )


def _refuse_remote(*, remote: bool, only_here: bool) -> None:
    """In a cluster, the page has no identity of the viewer's in another one: only what the status says is shown."""
    if remote and only_here:
        raise RefusedError(
            403, "live objects of other clusters are shown by vidra ui on your own machine; here, what the status says"
        )


def _facts(item: Item) -> dict[str, str]:
    spec = item.spec
    facts = {
        **(_facts_of_sync(item) if isinstance(item, Sync) else _facts_of_resource(item)),
        "Server": spec.destination.server or "the cluster that Vidra runs in",
        "Namespace": spec.destination.namespace or "default",
        "Interval": spec.interval or "as Vidra is set",
        "Deletion policy": spec.deletion_policy,
        "Drift policy": spec.drift_policy,
        "Prune limit": f"{spec.prune_limit} %",
        "Waits for health": "yes" if spec.wait else "no",
        "Last change": item.status.last_sync_time,
    }
    return {title: str(fact) for title, fact in facts.items() if fact}


def _facts_of_sync(sync: Sync) -> dict[str, str]:
    source = sync.source
    kind, address = source.address
    return {
        "Source": kind,
        "Address": address,
        source.words.unit.capitalize(): source.selects,
        "Follows": source.follows,
        "Revision": sync.status.revision,
    }


def _facts_of_resource(resource: VidraResource) -> dict[str, str]:
    content = resource.spec.content
    return {
        "Unit": content.artifact_id if content else "",
        "Revision": content.revision if content else "",
        "Made by": content.author if content else "",
        "Checksum": content.checksum if content else "",
        "Applied checksum": resource.status.applied_checksum,
    }


_TYPES: Mapping[str, type[Item]] = {kind.KIND: kind for kind in TYPES}
