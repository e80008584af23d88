"""`vidra trace`: where a live object comes from, back to the data in Infrahub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vidra.cli.options import OWN_NAMESPACE, ContextOption, KubeconfigOption, Output, OutputOption, Place

if TYPE_CHECKING:
    from vidra.api.resource import VidraResource
    from vidra.cli.dry_run import Stage
    from vidra.clusters.cluster import Cluster
    from vidra.kube.client import Client
    from vidra.kube.discovery import Kind

Json = dict[str, Any]


def trace(
    item: Annotated[
        str, typer.Argument(metavar="KIND/NAME", help="The object; kinds as kubectl takes them: deploy/web.")
    ],
    namespace: Annotated[str, typer.Option("--namespace", "-n", help="Namespace of the object.")] = "default",
    server: Annotated[
        str,
        typer.Option(
            help="API server of the cluster it is in, as destinations name it. Default: where Vidra runs.",
            show_default=False,
        ),
    ] = "",
    output: OutputOption = Output.TABLE,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = "",
) -> None:
    """Show which artifact, sync, branch and checksum an object comes from, and who else has fields of it.

    It goes by the object's field managers, which nobody can write by mistake. Exit code 1 when no VidraResource has it.

    Example: vidra trace deploy/frontend -n web
    """
    from vidra.cli.errors import CommandError, Exit
    from vidra.cli.output import show_value
    from vidra.cli.session import against

    kind, slash, name = item.partition("/")
    if not (kind and slash and name):
        raise CommandError(f"{item!r}: write KIND/NAME, such as deployment/frontend", Exit.USAGE)
    found = against(Place(kubeconfig, context), lambda client: _trace(client, kind, name, namespace, server))
    if output in {Output.JSON, Output.YAML}:
        show_value(found, output)
    elif output is Output.NAME:
        for origin in found["origins"]:
            typer.echo(f"vidraresource/{origin['resource']}")
    else:
        typer.echo("\n".join(_told(found)))
    raise typer.Exit(Exit.OK if found["origins"] else Exit.FAILED)


async def _trace(client: Client, kind: str, name: str, namespace: str, server: str) -> Json:
    from vidra.cli.dry_run import stage

    async with stage(client, OWN_NAMESPACE) as here:
        cluster = here.clusters.get(server)
        live, served = await _live(cluster, kind, name, namespace)
        managed = [entry for entry in live["metadata"].get("managedFields") or [] if entry.get("manager")]
        holders = {
            entry["manager"]: here.managers[entry["manager"]] for entry in managed if entry["manager"] in here.managers
        }
        origins = [
            await _origin(client, resource) for name_ in holders.values() if (resource := here.resources.get(name_))
        ]
        place = live["metadata"].get("namespace", "")
        return {
            "object": f"{served.kind} {f'{place}/' if place else ''}{name} ({served.api_version})",
            "server": server,
            "origins": origins,
            "others": [_other(entry) for entry in managed if entry["manager"] not in holders],
            "listedBy": _listed_by(here, served, place, name, server, set(holders.values())),
        }


async def _live(cluster: Cluster, word: str, name: str, namespace: str) -> tuple[Json, Kind]:
    """The object, of whichever of the kinds with such a name has it."""
    from vidra.cli.errors import CommandError
    from vidra.cli.hub_client import one

    kinds = await cluster.discovery.named(word)
    if not kinds:
        raise CommandError(f"the cluster serves no kind {word!r}")
    seen = set()
    for kind in kinds:
        if (group := kind.api_version.rpartition("/")[0]) in seen:
            continue
        seen.add(group)
        found: Json | None = await one(cluster.client, kind.path(namespace, name), dict)
        if found is not None:
            return found, kind
    where = f" in the namespace {namespace} (choose another with -n)" if any(kind.namespaced for kind in kinds) else ""
    raise CommandError(f"there is no {kinds[0].kind} {name}{where}")


async def _origin(client: Client, resource: VidraResource) -> Json:
    """A VidraResource, and what it was made from."""
    from vidra.api.conditions import ConditionType, find
    from vidra.api.sync import InfrahubSync
    from vidra.cli.hub_client import SYNCS, one
    from vidra.controllers.runtime.context import sync_of

    name = sync_of(resource)
    sync = await one(client, f"{SYNCS}/{name}", InfrahubSync) if name else None
    content, status = resource.spec.content, resource.status
    ready = find(status.conditions, ConditionType.READY)
    facts = {
        "resource": resource.metadata.name,
        "ready": f"{ready.status} ({ready.reason})" if ready else "Unknown",
        "sync": name,
        "infrahub": sync.spec.source.infrahub_api_url if sync else "",
        "branch": sync.spec.source.target_branch if sync else "",
        "date": (sync.spec.source.target_date or "") if sync else "",
        "artifact": sync.spec.source.artifact if sync else "",
        "artifactId": content.artifact_id if content else "",
        "checksum": content.checksum if content else "",
        "appliedChecksum": status.applied_checksum,
        "changed": status.last_sync_time,
    }
    return {key: value for key, value in facts.items() if value}


def _other(entry: Json) -> Json:
    kept = {key: entry[key] for key in ("manager", "operation", "subresource", "time") if entry.get(key)}
    if str(entry["manager"]).startswith("vidra:"):
        kept["note"] = "a VidraResource that is gone, or of another Vidra"
    return kept


def _listed_by(here: Stage, kind: Kind, namespace: str, name: str, server: str, owners: set[str]) -> list[str]:
    """VidraResources whose inventory has it although they hold no field of it."""
    wanted = (server, kind.api_version.rpartition("/")[0], kind.kind, namespace, name)
    from vidra.apply.inventory import key_of

    return sorted(
        item.metadata.name
        for item in here.resources
        if item.metadata.name not in owners and any(key_of(entry) == wanted for entry in item.status.managed_resources)
    )


_TITLES = {
    "resource": "VidraResource",
    "ready": "Ready",
    "sync": "InfrahubSync",
    "infrahub": "Infrahub",
    "branch": "Branch",
    "date": "At",
    "artifact": "Artifact",
    "artifactId": "Artifact id",
    "checksum": "Checksum",
    "appliedChecksum": "Applied",
    "changed": "Changed",
}


def _told(found: Json) -> list[str]:
    from vidra.cli.terminal import one_line

    where = f" on {found['server']}" if found["server"] else ""
    lines = [one_line(found["object"] + where)]
    if not found["origins"]:
        lines.append("  no VidraResource has it: Vidra did not apply it")
    for origin in found["origins"]:
        lines += [
            "",
            *(f"  {title + ':':<15}{one_line(origin[key])}" for key, title in _TITLES.items() if key in origin),
        ]
        if "sync" not in origin:
            lines.append("  made by hand: no sync stands behind it")
    if found["listedBy"]:
        lines.append(f"  in the inventory of, without a field of it: {', '.join(found['listedBy'])}")
    if found["others"]:
        lines += ["", "  fields of it belong to others as well:"]
        lines += [f"    {one_line(' '.join(str(value) for value in other.values()))}" for other in found["others"]]
    return lines
