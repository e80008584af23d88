"""The syncs and VidraResources: as tables with the columns of `kubectl get`, or as objects without secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import msgspec

from vidra.api.names import PATHS, RESOURCE_KIND
from vidra.kube.errors import ApiError
from vidra.views.hub_paths import not_installed
from vidra.views.name_forms import means

Json = dict[str, Any]
T = TypeVar("T")

_JSON = "application/json"
TABLE = f"{_JSON};as=Table;g=meta.k8s.io;v=v1,{_JSON}"
_GOOD_HEALTH = frozenset({"", "Current"})


class CanRead(Protocol):
    """What lists can be had from: `vidra.kube.reader.Reader`."""

    def get(self, path: str, kind: type[T], *, accept: str = _JSON, query: Mapping[str, str] | None = None) -> T:
        """Read one resource or list."""


class Wanted(msgspec.Struct, frozen=True):
    """Which resources a person asked for."""

    kinds: tuple[str, ...] = tuple(PATHS)
    names: tuple[str, ...] = ()
    """Without any: all."""
    selector: str = ""
    """Of labels."""
    sync: str = ""
    """Only what this sync made, and itself."""
    not_ready: bool = False
    """Only what is not Ready, or not healthy."""

    def takes(self, kind: str, metadata: Json) -> bool:
        """Whether it is one of them, by its metadata."""
        name = str(metadata["name"])
        owners = [
            owner["name"] for owner in metadata.get("ownerReferences") or () if owner.get("kind") != RESOURCE_KIND
        ]
        of_sync = not self.sync or self.sync in owners or (kind != RESOURCE_KIND and name == self.sync)
        return of_sync and (not self.names or any(means(given, kind, name) for given in self.names))


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

    def cell(self, row: Sequence[str], title: str) -> str:
        """The text in the column of this title; empty if there is none."""
        return next((text for column, text in zip(self.columns, row, strict=True) if column.title == title), "")


def resource_tables(reader: CanRead, wanted: Wanted) -> list[ResourceTable]:
    """A table for each kind.

    Raises:
        ViewError: The cluster does not know Vidra's kinds.
        BadNameError: One of the names cannot be one.
        KubeError: They cannot be seen.
    """
    return [table_of(kind, _ask(reader, kind, TABLE, wanted), wanted) for kind in wanted.kinds]


def resource_objects(reader: CanRead, wanted: Wanted) -> list[Json]:
    """The objects, without secrets.

    Raises:
        ViewError: The cluster does not know Vidra's kinds.
        BadNameError: One of the names cannot be one.
        KubeError: They cannot be seen.
    """
    from vidra.views.secret_masking import shown  # noqa: PLC0415 - tables have no manifests in them

    listings = [_ask(reader, kind, _JSON, wanted) for kind in wanted.kinds]
    found = [_typed(item, listing) for listing in listings for item in listing["items"]]
    return [shown(item) for item in found if wanted.takes(item["kind"], item["metadata"]) and _attracts(item, wanted)]


def missing(names: Iterable[str], found: Sequence[tuple[str, str]]) -> list[str]:
    """The names that match none of these.

    Args:
        found: Kind and name of the resources that exist.
    """
    return [given for given in names if not any(means(given, kind, name) for kind, name in found)]


def table_of(kind: str, table: Json, wanted: Wanted) -> ResourceTable:
    """A meta.k8s.io/v1 Table, as far as it is about what is wanted."""
    columns = tuple(Column(str(item["name"]), bool(item.get("priority"))) for item in table["columnDefinitions"])
    rows = [row for row in table.get("rows") or () if wanted.takes(kind, _metadata(row))]
    whole = ResourceTable(kind, columns, tuple(tuple(map(_text, row["cells"])) for row in rows))
    if not wanted.not_ready:
        return whole
    bad = (row for row in whole.rows if not _good(whole.cell(row, "Ready"), whole.cell(row, "Health")))
    return msgspec.structs.replace(whole, rows=tuple(bad))


def _ask(reader: CanRead, kind: str, accept: str, wanted: Wanted) -> Json:
    query = {"labelSelector": wanted.selector} if wanted.selector else None
    try:
        found: Json = reader.get(PATHS[kind], dict, accept=accept, query=query)
        return found
    except ApiError as error:
        raise not_installed(error) from None


def _metadata(row: Json) -> Json:
    """Of the object of a row; servers may leave it out, but never the name."""
    return (row.get("object") or {}).get("metadata") or {"name": row["cells"][0]}


def _good(ready: str, health: str) -> bool:
    return ready == "True" and health in _GOOD_HEALTH


def _attracts(item: Json, wanted: Wanted) -> bool:
    status = item.get("status") or {}
    ready = next((each["status"] for each in status.get("conditions") or () if each["type"] == "Ready"), "")
    return not wanted.not_ready or not _good(ready, status.get("health") or "")


def _text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _typed(item: Json, listing: Json) -> Json:
    """Kind and version, which the items of a list may lack."""
    return {"apiVersion": listing["apiVersion"], "kind": str(listing["kind"]).removesuffix("List"), **item}
