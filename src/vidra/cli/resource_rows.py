"""How a table of syncs or VidraResources is shown: which columns, and names that a person can read."""

from __future__ import annotations

from collections.abc import Sequence

from vidra.cli.fitted_table import Layout
from vidra.cli.terminal import at_terminal, terminal_width
from vidra.views.name_forms import short
from vidra.views.resource_tables import Column, ResourceTable

KEPT = ("READY",)
"""Columns that are there even if nothing stands in them: that, too, says something."""
FILLED = frozenset({"SERVER", "CLUSTERS"})
"""Wide columns that are shown wherever something stands in them."""


def layout_of(table: ResourceTable, *, wide: bool) -> Layout:
    """The layout for this terminal."""
    width = terminal_width() if at_terminal() and not wide else 0
    header = [column.title.upper() for column in columns_of(table, wide=wide)]
    return Layout(header, rows_of(table, wide=wide), width, header if wide else KEPT)


def rows_of(table: ResourceTable, *, wide: bool) -> list[list[str]]:
    """The cells of the shown columns, in their order."""
    numbers = [table.columns.index(column) for column in columns_of(table, wide=wide)]
    rows = [[row[number] for number in numbers] for row in table.rows]
    if wide or not at_terminal():
        return rows
    return [[short(name), *rest] for name, *rest in rows] if _unambiguous(table.rows) else rows


def columns_of(table: ResourceTable, *, wide: bool) -> list[Column]:
    """Those that are shown; the message is the last, because it is the longest."""
    shown = [each for each in table.columns if wide or not each.wide or each.title.upper() in FILLED]
    return sorted(shown, key=lambda each: each.title == "Status")


def _unambiguous(rows: Sequence[Sequence[str]]) -> bool:
    return len({short(row[0]) for row in rows}) == len(rows)
