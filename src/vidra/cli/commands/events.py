"""`vidra events`: what Vidra reported, oldest first."""

from __future__ import annotations

from typing import Annotated

from vidra.api.names import TRACE_ID
from vidra.cli.completion import names as complete
from vidra.cli.options import ContextOption, KubeconfigOption, Output, OutputOption, Place
from vidra.cli.parsing import Argument, Option


def events(
    names: Annotated[
        list[str] | None,
        Argument(help="Names of what they are about. Default: everything.", complete=complete),
    ] = None,
    warnings: Annotated[bool, Option("--warnings", help="Warnings only.")] = False,
    output: OutputOption = Output.TABLE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Show the Events that Vidra wrote, oldest first; with the name of a sync also those of its VidraResources.

    The API server keeps Events for an hour, unless configured otherwise.

    Example: vidra events webservers --warnings
    """
    from vidra.cli.output import Column, show, since
    from vidra.cli.session import against
    from vidra.views.events import events as events_of
    from vidra.views.events import moment

    found = against(Place(kubeconfig, context), lambda client: events_of(client, names or [], warnings=warnings))
    columns = [
        Column("AGO", lambda item: since(moment(item))),
        Column("TYPE", lambda item: item.get("type", "")),
        Column("REASON", lambda item: item.get("reason", "")),
        Column(
            "OBJECT", lambda item: f"{item['involvedObject'].get('kind', '')}/{item['involvedObject'].get('name', '')}"
        ),
        Column("NAMESPACE", lambda item: item["involvedObject"].get("namespace", ""), wide=True),
        Column("TRACE", lambda item: (item["metadata"].get("annotations") or {}).get(TRACE_ID, ""), wide=True),
        Column("MESSAGE", lambda item: item.get("message", "")),
    ]
    show(found, output, columns, none="no events in the last hour or so")
