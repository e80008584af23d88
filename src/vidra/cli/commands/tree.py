"""`vidra tree`: sync → VidraResource → object, each with its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vidra.cli.completion import names as complete
from vidra.cli.options import (
    OWN_NAMESPACE,
    ContextOption,
    KubeconfigOption,
    NamespaceOption,
    Output,
    OutputOption,
    Place,
)

if TYPE_CHECKING:
    from vidra.api.conditions import Condition
    from vidra.api.resource import ManagedObject, VidraResource
    from vidra.api.sync import InfrahubSync
    from vidra.cli.dry_run import Stage
    from vidra.cli.live_objects import Sighting
    from vidra.kube.client import Client

Json = dict[str, Any]


def tree(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Names of syncs or VidraResources. Default: all.", autocompletion=complete),
    ] = None,
    output: OutputOption = Output.TABLE,
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = "",
) -> None:
    """Show which objects come from which VidraResource and sync, whether they are there, and who else has them.

    Example: vidra tree webservers
    """
    from vidra.cli.output import show_value
    from vidra.cli.session import against

    nodes = against(Place(kubeconfig, context), lambda client: _nodes(client, namespace, names or []))
    if output in {Output.JSON, Output.YAML}:
        show_value(nodes, output)
    elif output is Output.NAME:
        for node in _flat(nodes):
            typer.echo(f"{node['kind'].lower()}/{node['name']}")
    else:
        for node in nodes:
            typer.echo("\n".join(_lines(node, wide=output is Output.WIDE)))


async def _nodes(client: Client, namespace: str, names: list[str]) -> list[Json]:
    from vidra.api.sync import InfrahubSync
    from vidra.cli.dry_run import stage
    from vidra.cli.hub_client import find, syncs
    from vidra.controllers.runtime.context import sync_of

    async with stage(client, namespace) as here:
        if names:
            chosen = [await find(client, name) for name in names]
        else:
            chosen = [*await syncs(client), *(item for item in here.resources if not sync_of(item))]
        chosen.sort(key=lambda item: (item.kind, item.metadata.name))
        return [
            await (_sync(here, item) if isinstance(item, InfrahubSync) else _resource(here, item)) for item in chosen
        ]


async def _sync(here: Stage, sync: InfrahubSync) -> Json:
    made = sorted(here.resources.group(sync.metadata.name), key=lambda item: item.metadata.name)
    node = _node(sync.kind, sync.metadata.name, sync.status.conditions)
    return {**node, "children": [await _resource(here, item) for item in made]}


async def _resource(here: Stage, resource: VidraResource) -> Json:
    from vidra.cli.live_objects import sightings

    entries = resource.status.managed_resources
    seen = await sightings(here.clusters, entries)
    problems = {problem.object: problem.message for problem in resource.status.problems if problem.object}
    children = [_object(here, resource, entry, seen[number], problems) for number, entry in enumerate(entries)]
    known = {child["ref"] for child in children}
    children += [
        {"kind": "", "name": ref, "state": "problem", "message": message, "ref": ref, "children": []}
        for ref, message in problems.items()
        if ref not in known
    ]
    return {**_node(resource.kind, resource.metadata.name, resource.status.conditions), "children": children}


def _object(
    here: Stage, resource: VidraResource, entry: ManagedObject, seen: Sighting, problems: dict[str, str]
) -> Json:
    import msgspec

    from vidra.apply.inventory import ref_of

    ref = str(ref_of(entry))
    written: Json = msgspec.to_builtins(entry)
    node = {
        "kind": entry.kind,
        "name": entry.name,
        "namespace": entry.namespace,
        "server": entry.server,
        "ref": ref,
        "state": seen.state(entry.uid),
        "health": str(written.get("health") or ""),
        "message": problems.get(ref, seen.why),
        "owners": [owner for owner in seen.owners(here.managers) if owner != resource.metadata.name],
        "children": [],
    }
    return {key: value for key, value in node.items() if value or key == "children"}


def _node(kind: str, name: str, conditions: tuple[Condition, ...]) -> Json:
    from vidra.api.conditions import ConditionType, find

    ready = find(conditions, ConditionType.READY)
    if ready is None:
        return {"kind": kind, "name": name, "state": "Unknown", "message": "no pass has been made over it yet"}
    return {"kind": kind, "name": name, "state": ready.status, "reason": ready.reason, "message": ready.message}


def _lines(node: Json, *, wide: bool, first: str = "", rest: str = "") -> list[str]:
    lines = [first + _told(node, wide=wide)]
    children = node["children"]
    for number, child in enumerate(children):
        last = number == len(children) - 1
        lines += _lines(
            child, wide=wide, first=rest + ("└─ " if last else "├─ "), rest=rest + ("   " if last else "│  ")
        )
    return lines


def _told(node: Json, *, wide: bool) -> str:
    from vidra.cli.terminal import one_line, verdict

    name = node["ref"] if "ref" in node else f"{node['kind']} {node['name']}"
    where = f" on {node['server']}" if node.get("server") else ""
    state = " ".join(verdict(word) for word in (node["state"], node.get("health", "")) if word)
    why = f" ({node['reason']})" if node.get("reason") else ""
    tells = node.get("message") if wide or node["state"] != "ok" else ""
    message = f": {one_line(tells)}" if tells else ""
    owners = f" [also of {', '.join(node['owners'])}]" if node.get("owners") else ""
    return f"{one_line(name)}{where}  {state}{why}{message}{one_line(owners)}"


def _flat(nodes: list[Json]) -> list[Json]:
    return [found for node in nodes for found in (*([node] if node["kind"] else []), *_flat(node["children"]))]
