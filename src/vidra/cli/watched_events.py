"""`vidra events -w`: the Events, and then each new one, until Ctrl-C."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from vidra.cli.at_work import warn_if_nobody
from vidra.cli.event_rows import COLUMNS
from vidra.cli.fitted_table import Layout
from vidra.cli.options import Output
from vidra.cli.output import show_objects
from vidra.cli.terminal import echo
from vidra.cli.watching import changes
from vidra.kube.client import Client
from vidra.kube.decode import decode
from vidra.views.events import OF_VIDRA, PATH, About, events, typed

Json = dict[str, Any]

_USUAL = {"TYPE": "Warning", "REASON": "DriftReverted", "OBJECT": "InfrahubSync/webservers"}


async def watch_events(
    client: Client, names: Collection[str], namespace: str, output: Output, *, warnings: bool
) -> None:
    """Show those that are there, then each new one, without end.

    Args:
        names: As for `views.events`.
        namespace: Vidra's own: a warning says at once when no operator works there.
        warnings: Warnings only.

    Raises:
        ViewError: There is nothing of such a name.
        KubeError: They cannot be seen.
    """
    about = About(client, names)
    rows = _Rows(output)
    rows.show(await events(client, names, warnings=warnings))
    await warn_if_nobody(client, namespace)
    async for change in changes(client, PATH, query=OF_VIDRA):
        item = typed(decode(change.object, dict))
        wanted = change.type != "DELETED" and (not warnings or item.get("type") == "Warning")
        if wanted and rows.is_new(item) and await about.takes(item):
            rows.show([item])


class _Rows:
    """What was shown: each Event once for each time that it was seen again, in columns that stay where they are."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._columns = [column for column in COLUMNS if output is Output.WIDE or not column.wide]
        self._layout: Layout | None = None
        self._shown: dict[str, str] = {}

    def is_new(self, item: Json) -> bool:
        """Whether it was not shown as it is now."""
        return bool(self._shown.get(item["metadata"]["uid"]) != item["metadata"]["resourceVersion"])

    def show(self, items: Sequence[Json]) -> None:
        """Show some more."""
        self._shown |= {item["metadata"]["uid"]: item["metadata"]["resourceVersion"] for item in items}
        if self._output not in {Output.TABLE, Output.WIDE}:
            for item in items:
                show_objects([item], self._output, alone=True)
            return
        rows = [[column.cell(item) for column in self._columns] for item in items]
        first = self._layout is None
        header = [column.title for column in self._columns]
        self._layout = self._layout or Layout(header, [*rows, self._usual()], 0, header)
        echo(self._layout.text(rows, titled=first))

    def _usual(self) -> list[str]:
        """As wide as most of what comes later."""
        return [_USUAL.get(column.title, "") for column in self._columns]
