"""`vidra get`: the syncs and VidraResources, and how they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from vidra.cli.completion import names as complete
from vidra.cli.options import ContextOption, KubeconfigOption, Output, OutputOption, Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vidra.views.resource_tables import ResourceTable


def get(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Names of syncs or VidraResources. Default: all.", autocompletion=complete),
    ] = None,
    syncs: Annotated[bool, typer.Option("--syncs", help="InfrahubSyncs and VidraSyncs only.")] = False,
    resources: Annotated[bool, typer.Option("--resources", help="VidraResources only.")] = False,
    output: OutputOption = Output.TABLE,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = "",
) -> None:
    """Show the syncs and VidraResources, and their state.

    The columns are those of `kubectl get`. Exit code 1 when a name does not exist.

    Example: vidra get webservers -o wide
    """
    from vidra.api.names import RESOURCE_KIND, SYNC_PLURALS
    from vidra.cli.output import show_objects
    from vidra.cli.session import against
    from vidra.views.resource_tables import resource_objects, resource_tables

    kinds = [*(SYNC_PLURALS if syncs or not resources else ()), *([RESOURCE_KIND] if resources or not syncs else ())]
    place = Place(kubeconfig, context)
    if output in {Output.TABLE, Output.WIDE}:
        tables = against(place, lambda client: resource_tables(client, kinds, names or []))
        _show_tables(tables, wide=output is Output.WIDE)
        _all_there([(table.kind, row[0]) for table in tables for row in table.rows], names or [])
        if not any(table.rows for table in tables):
            typer.echo("there are none yet: vidra infrahubsync apply --help", err=True)
    else:
        found = against(place, lambda client: resource_objects(client, kinds, names or []))
        if found or not names:
            show_objects(found, output, alone=len(names or []) == 1)
        _all_there([(item["kind"], item["metadata"]["name"]) for item in found], names or [])


def _show_tables(tables: Iterable[ResourceTable], *, wide: bool) -> None:
    from vidra.cli.terminal import table

    texts = []
    for each in tables:
        columns = [number for number, column in enumerate(each.columns) if wide or not column.wide]
        if each.rows:
            header = [each.columns[number].title.upper() for number in columns]
            texts.append(table(header, [[row[number] for number in columns] for row in each.rows]))
    if texts:
        typer.echo("\n\n".join(texts))


def _all_there(found: list[tuple[str, str]], names: list[str]) -> None:
    from vidra.cli.errors import CommandError
    from vidra.views.resource_tables import missing

    if nowhere := missing(names, found):
        raise CommandError(f"there is no InfrahubSync, VidraSync or VidraResource {', '.join(nowhere)}")
