"""`vidra get`: the syncs and VidraResources, and how they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from vidra.cli.completion import names as complete
from vidra.cli.options import (
    OWN_NAMESPACE,
    AllNamespacesOption,
    ContextOption,
    KubeconfigOption,
    NamespaceOption,
    Output,
    OutputOption,
    Place,
)
from vidra.cli.parsing import Argument, Option
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidra.views.operators import AtWork
    from vidra.views.resource_tables import ResourceTable, Wanted


def get(
    names: Annotated[
        list[str] | None,
        Argument(
            help="[KIND] NAME..., or KIND/NAME...; kinds are isync, vsync and vres. Default: all.", complete=complete
        ),
    ] = None,
    syncs: Annotated[bool, Option("--syncs", help="InfrahubSyncs and VidraSyncs only.")] = False,
    resources: Annotated[bool, Option("--resources", help="VidraResources only.")] = False,
    not_ready: Annotated[bool, Option("--not-ready", help="Only what is not Ready, or not healthy.")] = False,
    sync: Annotated[str, Option("--sync", help="Only this sync, and what it made.", show_default=False)] = "",
    selector: Annotated[str, Option("-l", "--selector", help="Labels, as for kubectl.", show_default=False)] = "",
    watch: Annotated[bool, Option("-w", "--watch", help="Show it again after every change, until Ctrl-C.")] = False,
    output: OutputOption = Output.TABLE,
    _all_namespaces: AllNamespacesOption = False,
    namespace: NamespaceOption = OWN_NAMESPACE,
    kubeconfig: KubeconfigOption = "",
    context: ContextOption = "",
) -> None:
    """Show the syncs and VidraResources, and their state.

    The columns are those of `kubectl get`, as far as something stands in them. On a terminal, names of VidraResources
    are short (every command takes them so) and STATUS is wrapped; `-o wide` shows everything. Exit code 1 when a name
    does not exist.

    Example: vidra get --not-ready
    """
    from vidra.cli.quick_session import reading
    from vidra.views.resource_tables import Wanted, resource_objects, resource_tables

    kinds, rest = _kinds_and_names(names or [], syncs=syncs, resources=resources)
    wanted = Wanted(kinds, tuple(rest), selector, sync, not_ready)
    place, wide = Place(kubeconfig, context), output is Output.WIDE
    if watch:
        from vidra.cli.watched_table import watch_rows

        watch_rows(place, wanted, namespace, wide=wide)
    elif output in {Output.TABLE, Output.WIDE}:
        from vidra.cli.at_work import at_work_here

        tables, work = reading(place, lambda reader: (resource_tables(reader, wanted), at_work_here(reader, namespace)))
        _show(tables, wide=wide)
        _all_there([(table.kind, row[0]) for table in tables for row in table.rows], wanted, place)
        _hints(tables, wanted, work)
    else:
        from vidra.cli.output import show_objects

        found = reading(place, lambda reader: resource_objects(reader, wanted))
        if found or not rest:
            show_objects(found, output, alone=len(rest) == 1)
        _all_there([(item["kind"], item["metadata"]["name"]) for item in found], wanted, place)


def _kinds_and_names(words: list[str], *, syncs: bool, resources: bool) -> tuple[tuple[str, ...], list[str]]:
    """What the words and flags ask for."""
    from vidra.api.names import PATHS, RESOURCE_KIND, SYNC_PLURALS
    from vidra.views.name_forms import kinds_and_names

    kinds, names = kinds_and_names(words)
    kinds += [*(SYNC_PLURALS if syncs else ()), *([RESOURCE_KIND] if resources else ())]
    return tuple(dict.fromkeys(kinds)) or tuple(PATHS), names


def _show(tables: Sequence[ResourceTable], *, wide: bool) -> None:
    from vidra.cli.resource_rows import layout_of, rows_of

    texts = [layout_of(each, wide=wide).text(rows_of(each, wide=wide)) for each in tables if each.rows]
    if texts:
        echo("\n\n".join(texts))


def _all_there(found: list[tuple[str, str]], wanted: Wanted, place: Place) -> None:
    """Say which of the names do not exist; those that a filter leaves out do.

    Raises:
        CommandError: Some do not.
    """
    from vidra.views.resource_tables import Wanted, missing, resource_tables

    if not missing(wanted.names, found):
        return
    from vidra.cli.errors import CommandError
    from vidra.cli.quick_session import reading
    from vidra.views.name_forms import unknown

    tables = reading(place, lambda reader: resource_tables(reader, Wanted(wanted.kinds)))
    known = [(table.kind, row[0]) for table in tables for row in table.rows]
    if nowhere := missing(wanted.names, known):
        raise CommandError("; ".join(unknown(each, [name for _, name in known]) for each in nowhere))


def _hints(tables: Sequence[ResourceTable], wanted: Wanted, work: AtWork) -> None:
    """Say why there is nothing, and that nobody looks at what there is."""
    if not any(table.rows for table in tables):
        if wanted.not_ready:
            echo("everything is Ready and healthy", err=True)
        elif wanted.selector or wanted.sync:
            echo("nothing matches", err=True)
        elif not wanted.names:
            echo("there are none yet: vidra infrahubsync apply --help", err=True)
    waits = any(not table.cell(row, "Ready") for table in tables for row in table.rows)
    if waits or work.ended:
        from vidra.cli.at_work import warn

        warn(work)
