"""`vidra events`: what Vidra reported, oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vidra.api.names import TRACE_ID
from vidra.cli.completion import names as complete
from vidra.cli.options import ContextOption, KubeconfigOption, Output, OutputOption, Place

if TYPE_CHECKING:
    from vidra.kube.client import Client

Json = dict[str, Any]


def events(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Names of what they are about. Default: everything.", autocompletion=complete),
    ] = None,
    warnings: Annotated[bool, typer.Option("--warnings", help="Warnings only.")] = False,
    output: OutputOption = Output.TABLE,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = "",
) -> None:
    """Show the Events that Vidra wrote, oldest first; with the name of a sync also those of its VidraResources.

    The API server keeps Events for an hour, unless it was told otherwise.

    Example: vidra events webservers --warnings
    """
    from vidra.cli.output import Column, show, since
    from vidra.cli.session import against

    found = against(Place(kubeconfig, context), lambda client: _ask(client, names or []))
    wanted = [item for item in found if not warnings or item.get("type") == "Warning"]
    columns = [
        Column("AGO", lambda item: since(_moment(item))),
        Column("TYPE", lambda item: item.get("type", "")),
        Column("REASON", lambda item: item.get("reason", "")),
        Column(
            "OBJECT", lambda item: f"{item['involvedObject'].get('kind', '')}/{item['involvedObject'].get('name', '')}"
        ),
        Column("NAMESPACE", lambda item: item["involvedObject"].get("namespace", ""), wide=True),
        Column("TRACE", lambda item: (item["metadata"].get("annotations") or {}).get(TRACE_ID, ""), wide=True),
        Column("MESSAGE", lambda item: item.get("message", "")),
    ]
    show(sorted(wanted, key=_moment), output, columns, none="Vidra wrote no Events about that lately")


async def _ask(client: Client, names: list[str]) -> list[Json]:
    query = {"fieldSelector": "reportingComponent=vidra"}
    listing: Json = await client.get("/api/v1/events", dict, query=query)
    found = [{"apiVersion": "v1", "kind": "Event", **item} for item in listing["items"]]
    if not names:
        return found
    about = await _with_resources(client, [name.rpartition("/")[2] for name in names])
    return [item for item in found if item["involvedObject"].get("name") in about]


async def _with_resources(client: Client, names: list[str]) -> set[str]:
    from vidra.cli.hub_client import resources
    from vidra.controllers.runtime.context import sync_of

    made = {item.metadata.name for item in await resources(client) if sync_of(item) in names}
    return made | set(names)


def _moment(item: Json) -> str:
    return str(item.get("lastTimestamp") or item.get("eventTime") or item["metadata"].get("creationTimestamp") or "")
