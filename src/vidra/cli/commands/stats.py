"""`vidra stats`: how many syncs and VidraResources are in which state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from vidra.cli.options import ContextOption, KubeconfigOption, Output, OutputOption, Place
from vidra.cli.parsing import Option
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.views.state_counts import StateCount


def stats(
    sync: Annotated[str, Option("--sync", help="Only this sync, and what it made.", show_default=False)] = "",
    output: OutputOption = Output.TABLE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Count syncs and VidraResources by kind, readiness, reason and health, the most frequent first.

    Example: vidra stats
    """
    from vidra.cli.quick_session import reading
    from vidra.views.resource_tables import Wanted, resource_tables
    from vidra.views.state_counts import counts_of

    wanted = Wanted(sync=sync)
    found = counts_of(reading(Place(kubeconfig, context), lambda reader: resource_tables(reader, wanted)))
    if output in {Output.JSON, Output.YAML}:
        from vidra.cli.output import show_value

        show_value(found, output)
    else:
        _table(found)


def _table(found: list[StateCount]) -> None:
    from vidra.cli.terminal import table

    rows = [(each.kind, each.ready or "Unknown", each.reason, each.health, str(each.number)) for each in found]
    echo(table(["KIND", "READY", "REASON", "HEALTH", "NUMBER"], rows))
