"""How the demo looks: on a terminal a live table below a log, in colours; plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final, Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from demo.board import Row
from vidra.api.names import RESOURCE_KIND
from vidra.views.name_forms import short

Rows = Callable[[], list[Row]]

COLOURS: Final = {
    **dict.fromkeys(("True", "Current"), "green"),
    **dict.fromkeys(("False", "Failed"), "red"),
    **dict.fromkeys(("Unknown", "InProgress", "Terminating"), "yellow"),
}
"""Of words in the table."""
DIFFERENCES: Final = {"+": "green", "-": "red", "@": "cyan"}
"""Of lines that a command prints, by their first character."""
_ABOVE: Final = 8
"""Lines of a terminal that stay for the log, however many rows there are."""


class View(AbstractContextManager["View"], Protocol):
    """Where the demo writes."""

    def title(self, text: str) -> None:
        """Begin something new."""

    def say(self, text: str) -> None:
        """Add a line to the log, as it is: what is meant to be pasted is not broken into lines."""

    def command(self, text: str) -> None:
        """Show a command that is typed."""

    def output(self, text: str) -> None:
        """Show a line that a command printed."""

    def event(self, text: str) -> None:
        """Show what Vidra reported just now."""

    def show(self, rows: Rows) -> None:
        """Show these rows from now on."""

    def refresh(self) -> None:
        """The rows may have changed."""


def view() -> View:
    """The view that fits to where standard output goes."""
    return LiveView() if sys.stdout.isatty() else PlainView()


class LiveView:
    """A log that scrolls, and below it the table as it is now. NO_COLOR takes the colours out of it."""

    def __init__(self) -> None:
        self._rows: Rows = list
        self._console = Console(highlight=False)
        self._live = Live(console=self._console, get_renderable=self._render, auto_refresh=False)

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

    def command(self, text: str) -> None:
        """Show a command that is typed."""
        self._print(Text(f"  $ {text}", style="bold cyan"))

    def output(self, text: str) -> None:
        """Show a line that a command printed."""
        self._print(Text(f"  {text}", style=DIFFERENCES.get(text[:1], "")))

    def event(self, text: str) -> None:
        """Show what Vidra reported just now."""
        self._print(Text(f"  ⟳ {text}", style="yellow"))

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
        if not rows:
            return Text()
        room = max(self._console.height - _ABOVE, 1)
        more = Text(f"… and {len(rows) - room} more: vidra get", style="dim") if len(rows) > room else Text()
        return Group(_table(rows[:room]), more)


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
        print(f"  {text}".rstrip(), flush=True)  # noqa: T201 - this is what the demo is for

    def command(self, text: str) -> None:
        """Show a command that is typed."""
        self.say(f"$ {text}")

    def output(self, text: str) -> None:
        """Show a line that a command printed."""
        self.say(text)

    def event(self, text: str) -> None:
        """Show what Vidra reported just now."""
        self.say(f"⟳ {text}")

    def show(self, rows: Rows) -> None:
        """Show these rows from now on."""
        self._rows = rows

    def refresh(self) -> None:
        """Add a line for every row that is new or different."""
        for row in self._rows():
            if self._shown.get((row.kind, row.name)) != row:
                self._shown[row.kind, row.name] = row
                state = f"READY={row.ready} PROGRESS={row.progress or '-'} HEALTH={row.health or '-'}"
                self.say(f"| {row.kind} {row.name} {state} {row.message}")


def _table(rows: list[Row]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, expand=True, header_style="dim", title=" ")
    table.add_column("NAME", no_wrap=True, overflow="ellipsis")
    table.add_column("NAMESPACE", no_wrap=True, overflow="ellipsis")
    table.add_column("READY", no_wrap=True)
    table.add_column("PROGRESS", no_wrap=True)
    table.add_column("HEALTH", no_wrap=True)
    table.add_column("MESSAGE", ratio=1)
    for row in rows:
        name = Text(f"  {short(row.name)}") if row.kind == RESOURCE_KIND else Text(row.name, style="bold")
        states = [Text(word, style=COLOURS.get(word, "")) for word in (row.ready, row.health)]
        table.add_row(name, row.namespaces, states[0], row.progress, states[1], Text(row.message))
    return table
