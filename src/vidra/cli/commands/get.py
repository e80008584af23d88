"""`vidra get`: the syncs and VidraResources, and how they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vidra.cli.completion import names as complete
from vidra.cli.options import ContextOption, KubeconfigOption, Output, OutputOption, Place

if TYPE_CHECKING:
    from vidra.kube.client import Client

Json = dict[str, Any]

_KINDS = {"infrahubsyncs": "InfrahubSync", "vidraresources": "VidraResource"}
_TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1,application/json"


def get(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Names of syncs or VidraResources. Default: all.", autocompletion=complete),
    ] = None,
    syncs: Annotated[bool, typer.Option("--syncs", help="InfrahubSyncs only.")] = False,
    resources: Annotated[bool, typer.Option("--resources", help="VidraResources only.")] = False,
    output: OutputOption = Output.TABLE,
    kubeconfig: KubeconfigOption = None,
    context: ContextOption = "",
) -> None:
    """Show the syncs and VidraResources, and how they are.

    The columns are those of `kubectl get`. Exit code 1 when a name does not exist.

    Example: vidra get webservers -o wide
    """
    from vidra.cli.output import show_objects
    from vidra.cli.session import against

    plurals = [plural for plural, wanted in zip(_KINDS, (syncs, resources), strict=True) if wanted] or list(_KINDS)
    place = Place(kubeconfig, context)
    if output in {Output.TABLE, Output.WIDE}:
        tables = against(place, lambda client: _ask(client, plurals, _TABLE))
        _show_tables(plurals, tables, names or [], wide=output is Output.WIDE)
    else:
        lists = against(place, lambda client: _ask(client, plurals, "application/json"))
        found = [{**_typed(item, one), **item} for one in lists for item in one["items"]]
        chosen = [item for item in found if not names or _is_meant(item["kind"], item["metadata"]["name"], names)]
        if chosen or not names:
            show_objects(chosen, output, alone=len(names or []) == 1)
        _all_there([(item["kind"], item["metadata"]["name"]) for item in chosen], names or [])


async def _ask(client: Client, plurals: list[str], accept: str) -> list[Json]:
    import asyncio

    from vidra.api.names import API_VERSION
    from vidra.cli.hub_client import not_installed
    from vidra.kube.errors import ApiError

    try:
        wanted = (client.get(f"/apis/{API_VERSION}/{plural}", dict, accept=accept) for plural in plurals)
        return list(await asyncio.gather(*wanted))
    except ApiError as error:
        raise not_installed(error) from None


def _show_tables(plurals: list[str], tables: list[Json], names: list[str], *, wide: bool) -> None:
    from vidra.cli.terminal import table

    found: list[tuple[str, str]] = []
    texts = []
    for plural, one in zip(plurals, tables, strict=True):
        kind = _KINDS[plural]
        columns = [n for n, item in enumerate(one["columnDefinitions"]) if wide or not item.get("priority")]
        rows = [row["cells"] for row in one.get("rows") or [] if not names or _is_meant(kind, row["cells"][0], names)]
        found += [(kind, row[0]) for row in rows]
        if rows:
            header = [one["columnDefinitions"][n]["name"].upper() for n in columns]
            texts.append(table(header, [[_cell(row[n]) for n in columns] for row in rows]))
    if texts:
        typer.echo("\n\n".join(texts))
    _all_there(found, names)
    if not found:
        typer.echo("there are none yet: vidra infrahubsync apply --help", err=True)


def _cell(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _typed(item: Json, one: Json) -> Json:
    """Kind and version, which the items of a list may lack."""
    return {"apiVersion": one["apiVersion"], "kind": str(one["kind"]).removesuffix("List"), **item}


def _is_meant(kind: str, name: str, names: list[str]) -> bool:
    from vidra.cli.hub_client import means

    return any(means(given, kind, name) for given in names)


def _all_there(found: list[tuple[str, str]], names: list[str]) -> None:
    from vidra.cli.errors import CommandError
    from vidra.cli.hub_client import means

    missing = [given for given in names if not any(means(given, kind, name) for kind, name in found)]
    if missing:
        raise CommandError(f"there is no InfrahubSync or VidraResource {', '.join(missing)}")
