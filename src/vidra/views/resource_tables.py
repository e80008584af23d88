"""The syncs and VidraResources: as tables with the columns of `kubectl get`, or as objects without secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec

from vidra.api.names import PATHS
from vidra.kube.client import Client
from vidra.kube.errors import ApiError
from vidra.views.hub_objects import not_installed
from vidra.views.resource_names import means
from vidra.views.secret_masking import shown

Json = dict[str, Any]

_JSON = "application/json"
_TABLE = f"{_JSON};as=Table;g=meta.k8s.io;v=v1,{_JSON}"


class Column(msgspec.Struct, frozen=True):
    """A column."""

    title: str
    wide: bool
    """Only for who wants to see more."""


class ResourceTable(msgspec.Struct, frozen=True):
    """All requested resources of a kind."""

    kind: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    """A cell for each column; the first is the name."""


async def resource_tables(client: Client, kinds: Iterable[str], names: Collection[str]) -> list[ResourceTable]:
    """The tables of some kinds, without rows of other names.

    Raises:
        ViewError: The cluster does not know Vidra's kinds.
        BadNameError: One of the names cannot be one.
        KubeError: They cannot be seen.
    """
    asked = list(kinds)
    tables = await _ask(client, asked, _TABLE)
    return [table_of(kind, table, names) for kind, table in zip(asked, tables, strict=True)]


async def resource_objects(client: Client, kinds: Iterable[str], names: Collection[str]) -> list[Json]:
    """The objects of some kinds and names, without secrets.

    Raises:
        ViewError: The cluster does not know Vidra's kinds.
        BadNameError: One of the names cannot be one.
        KubeError: They cannot be seen.
    """
    found = [_typed(item, listing) for listing in await _ask(client, kinds, _JSON) for item in listing["items"]]
    return [shown(item) for item in found if _is_meant(item["kind"], item["metadata"]["name"], names)]


def missing(names: Iterable[str], found: Sequence[tuple[str, str]]) -> list[str]:
    """The names that match none of these.

    Args:
        found: Kind and name of the resources that exist.
    """
    return [given for given in names if not any(means(given, kind, name) for kind, name in found)]


def table_of(kind: str, table: Json, names: Collection[str]) -> ResourceTable:
    """A meta.k8s.io/v1 Table, as far as it is about these names; without names all of it."""
    columns = tuple(Column(str(item["name"]), bool(item.get("priority"))) for item in table["columnDefinitions"])
    cells = (row["cells"] for row in table.get("rows") or ())
    return ResourceTable(
        kind, columns, tuple(tuple(map(_text, row)) for row in cells if _is_meant(kind, str(row[0]), names))
    )


async def _ask(client: Client, kinds: Iterable[str], accept: str) -> list[Json]:
    try:
        return list(await asyncio.gather(*(client.get(PATHS[kind], dict, accept=accept) for kind in kinds)))
    except ApiError as error:
        raise not_installed(error) from None


def _text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _typed(item: Json, listing: Json) -> Json:
    """Kind and version, which the items of a list may lack."""
    return {"apiVersion": listing["apiVersion"], "kind": str(listing["kind"]).removesuffix("List"), **item}


def _is_meant(kind: str, name: str, names: Collection[str]) -> bool:
    return not names or any(means(given, kind, name) for given in names)
