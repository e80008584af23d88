"""`vidra events`: what Vidra reported, oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

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
from vidra.cli.parsing import Argument, Option

if TYPE_CHECKING:
    from vidra.kube.client import Client
    from vidra.views.operators import AtWork

Json = dict[str, Any]


def events(
    names: Annotated[
        list[str] | None,
        Argument(help="Names of what they are about. Default: everything.", complete=complete),
    ] = None,
    warnings: Annotated[bool, Option("--warnings", help="Warnings only.")] = False,
    watch: Annotated[bool, Option("-w", "--watch", help="Then show each new one, until Ctrl-C.")] = False,
    output: OutputOption = Output.TABLE,
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Show the Events that Vidra wrote, oldest first; with the name of a sync also those of its VidraResources.

    The API server keeps Events for an hour, unless configured otherwise. Where there are none it says who works, and
    it warns where no operator does.

    Example: vidra events webservers --watch
    """
    from vidra.cli.at_work import warn
    from vidra.cli.session import against

    place = Place(kubeconfig, context)
    if watch:
        from vidra.cli.watched_events import watch_events

        against(place, lambda client: watch_events(client, names or [], namespace, output, warnings=warnings))
        return
    from vidra.cli.event_rows import COLUMNS
    from vidra.cli.output import show

    found, work = against(place, lambda client: _found(client, names or [], namespace, warnings=warnings))
    by = f" ({work.brief})" if work.state == "works" else ""
    show(found, output, COLUMNS, none=f"no events in the last hour or so{by}")
    warn(work)


async def _found(client: Client, names: list[str], namespace: str, *, warnings: bool) -> tuple[list[Json], AtWork]:
    """The Events, and who works."""
    import asyncio

    from vidra.views.events import events as events_of
    from vidra.views.operators import operators_at_work

    async with asyncio.TaskGroup() as group:
        found = group.create_task(events_of(client, names, warnings=warnings))
        work = group.create_task(operators_at_work(client, namespace))
    return found.result(), work.result()
