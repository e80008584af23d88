"""Sync → VidraResource → object, each with its state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

from vidra.api.conditions import Condition, ConditionType, find
from vidra.api.resource import ManagedObject, VidraResource
from vidra.api.sync import Sync
from vidra.apply.inventory import ref_of
from vidra.controllers.runtime.context import sync_of
from vidra.kube.client import Client
from vidra.views import resource_names
from vidra.views.dry_run import DryRunSession
from vidra.views.hub_objects import syncs
from vidra.views.live_objects import LiveState, live_states
from vidra.views.object_health import ObjectHealth
from vidra.views.status_rows import unseen_objects


class ObjectNode(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An object of an inventory."""

    kind: str
    name: str
    namespace: str = ""
    server: str = ""
    """Empty for the cluster that Vidra runs in."""
    ref: str
    """Which it is, in words."""
    state: str
    """ok, missing, terminating or unknown; or its health where that is not Current."""
    message: str = ""
    """What is wrong with it, or why it cannot be seen."""
    owners: tuple[str, ...] = ()
    """Who else has fields of it: VidraResources, and field managers that belong to none."""
    children: tuple[()]
    """Always empty."""


class ProblemNode(msgspec.Struct, frozen=True, kw_only=True):
    """An object of a manifest that could not be applied, and is in no inventory."""

    kind: str = ""
    name: str
    state: str = "problem"
    message: str
    ref: str
    children: tuple[()] = ()
    """Always empty."""


class ResourceNode(msgspec.Struct, frozen=True, kw_only=True):
    """A sync with its VidraResources, or a VidraResource with its objects."""

    kind: str
    name: str
    state: str
    """The status of its condition Ready."""
    reason: str | msgspec.UnsetType = msgspec.UNSET
    message: str
    revision: str | msgspec.UnsetType = msgspec.UNSET
    """State of the source, where it has one."""
    children: tuple[Node, ...]


Node: TypeAlias = ResourceNode | ObjectNode | ProblemNode


async def tree(client: Client, session: DryRunSession, names: Sequence[str]) -> list[ResourceNode]:
    """The trees of some syncs and VidraResources; without names of all syncs, and of VidraResources made by hand.

    Raises:
        ViewError: There is none of such a name.
    """
    if names:
        chosen = [await resource_names.find(client, name) for name in names]
    else:
        chosen = [*await syncs(client), *(item for item in session.resources if not sync_of(item))]
    chosen.sort(key=lambda item: (item.kind, item.metadata.name))
    return [
        await (_tree_of_sync(session, item) if isinstance(item, Sync) else _tree_of_resource(session, item))
        for item in chosen
    ]


async def _tree_of_sync(session: DryRunSession, sync: Sync) -> ResourceNode:
    resources = sorted(session.resources.group(sync.key), key=lambda item: item.metadata.name)
    return sync_node(sync, [await _tree_of_resource(session, item) for item in resources])


async def _tree_of_resource(session: DryRunSession, resource: VidraResource) -> ResourceNode:
    states = await live_states(session.clusters, resource.inventory)
    return resource_node(resource, states, session.managers)


def sync_node(sync: Sync, resources: Sequence[ResourceNode]) -> ResourceNode:
    """A sync, with the nodes of its VidraResources."""
    return _node(sync.kind, sync.metadata.name, sync.status.conditions, tuple(resources), sync.status.revision)


def resource_node(resource: VidraResource, states: Sequence[LiveState], managers: Mapping[str, str]) -> ResourceNode:
    """A VidraResource: the objects of its inventory, and behind them those that could not be applied.

    Args:
        states: The state of each entry of the inventory, in its order.
        managers: Names of the VidraResources by field manager.
    """
    problems = {problem.object: problem.message for problem in resource.status.problems if problem.object}
    name = resource.metadata.name
    health = ObjectHealth(resource.status)
    objects = [
        _object_node(entry, state, problems, health, [owner for owner in state.owners(managers) if owner != name])
        for entry, state in zip(resource.inventory, states, strict=True)
    ]
    known = {node.ref for node in objects}
    others = [ProblemNode(name=ref, message=message, ref=ref) for ref, message in problems.items() if ref not in known]
    if unseen := unseen_objects(resource):
        others.append(ProblemNode(name="", message=unseen, ref="status.inventory"))
    content = resource.spec.content
    revision = content.revision if content else ""
    return _node(resource.kind, name, resource.status.conditions, (*objects, *others), revision)


def _object_node(
    entry: ManagedObject, live: LiveState, problems: Mapping[str, str], health: ObjectHealth, others: Sequence[str]
) -> ObjectNode:
    ref = str(ref_of(entry))
    state: str = live.state(entry.uid)
    why = live.why
    if state == "ok" and (unhealthy := health.of(ref)):
        state, why = unhealthy.health, unhealthy.message
    return ObjectNode(
        kind=entry.kind,
        name=entry.name,
        namespace=entry.namespace,
        server=entry.server,
        ref=ref,
        state=state,
        message=problems.get(ref, why),
        owners=tuple(others),
        children=(),
    )


def _node(
    kind: str, name: str, conditions: Sequence[Condition], children: tuple[Node, ...], revision: str
) -> ResourceNode:
    ready = find(conditions, ConditionType.READY)
    return ResourceNode(
        kind=kind,
        name=name,
        state=ready.status if ready else "Unknown",
        reason=ready.reason if ready else msgspec.UNSET,
        message=ready.message if ready else "not reconciled yet",
        revision=revision or msgspec.UNSET,
        children=children,
    )
