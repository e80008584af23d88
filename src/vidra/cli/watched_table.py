"""`vidra get -w`: the rows, and then each row again that changes, until Ctrl-C."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from vidra.api.names import PATHS
from vidra.cli.at_work import warn_if_nobody
from vidra.cli.options import Place
from vidra.cli.resource_rows import columns_of, layout_of, rows_of
from vidra.cli.session import against
from vidra.cli.terminal import echo
from vidra.cli.watching import changes
from vidra.kube.client import Client
from vidra.kube.decode import decode
from vidra.views.resource_tables import TABLE, ResourceTable, Wanted, table_of

Json = dict[str, Any]


def watch_rows(place: Place, wanted: Wanted, namespace: str, *, wide: bool) -> None:
    """Show them until Ctrl-C, and say first if no operator works in Vidra's namespace."""
    against(place, lambda client: _watch_all(client, wanted, namespace, wide=wide))


async def _watch_all(client: Client, wanted: Wanted, namespace: str, *, wide: bool) -> None:
    await warn_if_nobody(client, namespace)
    async with asyncio.TaskGroup() as group:
        for kind in wanted.kinds:
            group.create_task(_Rows(client, kind, wanted, wide=wide).run())


class _Rows:
    """The rows of one kind, as they were shown last."""

    def __init__(self, client: Client, kind: str, wanted: Wanted, *, wide: bool) -> None:
        self._client, self._kind, self._wanted, self._wide = client, kind, wanted, wide
        self._columns: list[Json] = []
        self._shown: dict[str, tuple[str, ...]] = {}
        self._layout: Any = None

    async def run(self) -> None:
        """Show the table, then each row that is another one than before."""
        listing: Json = await self._client.get(PATHS[self._kind], dict, accept=TABLE, query=self._query())
        self._show(listing)
        async for change in changes(self._client, PATHS[self._kind], accept=TABLE, query=self._query()):
            self._show(decode(change.object, dict), deleted=change.type == "DELETED")

    def _show(self, answer: Json, *, deleted: bool = False) -> None:
        self._columns = answer.get("columnDefinitions") or self._columns
        found = table_of(self._kind, {**answer, "columnDefinitions": self._columns}, self._wanted)
        seen = {row[0]: _lasting(found, row, wide=self._wide) for row in found.rows}
        new = tuple(row for row in found.rows if deleted or self._shown.get(row[0]) != seen[row[0]])
        if not new:
            return
        self._shown |= seen
        if deleted:
            new = tuple(_with_status(found, row, "deleted") for row in new)
        found = msgspec.structs.replace(found, rows=new)
        first = self._layout is None
        self._layout = self._layout or layout_of(found, wide=self._wide)
        echo(self._layout.text(rows_of(found, wide=self._wide), titled=first))

    def _query(self) -> dict[str, str]:
        return {"labelSelector": self._wanted.selector} if self._wanted.selector else {}


def _lasting(table: ResourceTable, row: tuple[str, ...], *, wide: bool) -> tuple[str, ...]:
    """The cells that are shown, without those that change by themselves as time passes."""
    shown = {column.title for column in columns_of(table, wide=wide)} - {"Age", "Changed"}
    return tuple(text for column, text in zip(table.columns, row, strict=True) if column.title in shown)


def _with_status(table: ResourceTable, row: tuple[str, ...], text: str) -> tuple[str, ...]:
    return tuple(text if column.title == "Status" else cell for column, cell in zip(table.columns, row, strict=True))
