"""How the demo looks: a live table below a log on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final, Protocol, Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from demo.board import Row
from vidra.api.names import RESOURCE_KIND

Rows = Callable[[], list[Row]]

_COLOURS: Final = {"True": "green", "False": "red"}
_SHORT: Final = 26


class View(AbstractContextManager["View"], Protocol):
    """Where the demo writes."""

    def title(self, text: str) -> None:
        """Begin something new."""

    def say(self, text: str) -> None:
        """Add a line to the log, as it is: what is meant to be pasted is not broken into lines."""

    def show(self, rows: Rows) -> None:
        """Show these rows from now on."""

    def refresh(self) -> None:
        """The rows may have changed."""


def view() -> View:
    """The view that fits to where standard output goes."""
    return LiveView() if sys.stdout.isatty() else PlainView()


class LiveView:
    """A log that scrolls, and below it the table as it is now."""

    def __init__(self) -> None:
        self._rows: Rows = list
        self._console = Console(highlight=False)
        self._live = Live(
            console=self._console, get_renderable=self._render, auto_refresh=False, vertical_overflow="visible"
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def title(self, text: str) -> None:
        """Begin something new."""
        self._print(Text(f"\n{text}", style="bold"))

    def say(self, text: str) -> None:
        """Add a line to the log."""
        self._print(Text(f"  {text}"))

    def show(self, rows: Rows) -> None:
        """Show these rows from now on."""
        self._rows = rows

    def refresh(self) -> None:
        """Draw the table anew."""
        self._live.refresh()

    def _print(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True)

    def _render(self) -> RenderableType:
        rows = self._rows()
        return _table(rows) if rows else Text()


class PlainView:
    """Lines, one for everything that is said and for every row that became different."""

    def __init__(self) -> None:
        self._rows: Rows = list
        self._shown: dict[tuple[str, str], Row] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def title(self, text: str) -> None:
        """Begin something new."""
        print(f"\n{text}", flush=True)  # noqa: T201 - this is what the demo is for

    def say(self, text: str) -> None:
        """Add a line."""
        print(f"  {text}", flush=True)  # noqa: T201 - this is what the demo is for

    def show(self, rows: Rows) -> None:
        """Show these rows from now on."""
        self._rows = rows

    def refresh(self) -> None:
        """Add a line for every row that is new or different."""
        for row in self._rows():
            if self._shown.get((row.kind, row.name)) != row:
                self._shown[row.kind, row.name] = row
                self.say(f"| {row.kind} {row.name} READY={row.ready} PROGRESS={row.progress or '-'} {row.message}")


def _table(rows: list[Row]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, expand=True, header_style="dim", title=" ")
    table.add_column("NAME", no_wrap=True, overflow="ellipsis")
    table.add_column("NAMESPACE", no_wrap=True, overflow="ellipsis")
    table.add_column("READY", no_wrap=True)
    table.add_column("PROGRESS", no_wrap=True)
    table.add_column("MESSAGE", ratio=1)
    for row in rows:
        ready = Text(row.ready, style=_COLOURS.get(row.ready, "yellow"))
        table.add_row(_name(row), row.namespaces, ready, row.progress, Text(row.message))
    return table


def _name(row: Row) -> Text:
    if row.kind != RESOURCE_KIND:
        return Text(row.name, style="bold")
    return Text(f"  {row.name}" if len(row.name) <= _SHORT else f"  {row.name[: _SHORT - 1]}…")
