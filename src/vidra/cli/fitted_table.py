"""Fits a table into a terminal: columns in which nothing stands go, and the last one is wrapped in its place.

Invariant: what is no terminal gets every message whole and on one line, for programs, and so does `-o wide`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vidra.cli.terminal import cells_of, one_line, table, wrapped

GAP = 3
LEAST = 24
"""Cells that the last column needs to be readable."""
LAST_OUT = ("AGE", "CHANGED", "CLUSTERS", "SERVER", "PROGRESS")
"""Columns that make room, in this order."""


class Layout:
    """Which columns are shown, and how wide each of them is; the same for rows that come later.

    Args:
        width: Cells of the terminal; 0: it is none.
        kept: Titles of columns that stay although nothing stands in them.
    """

    def __init__(
        self, header: Sequence[str], rows: Sequence[Sequence[str]], width: int, kept: Iterable[str] = ()
    ) -> None:
        self._header = header
        always = {header[0], header[-1], *kept}
        columns = range(len(header))
        self._columns = [each for each in columns if header[each] in always or any(row[each] for row in rows)]
        self._widths = [max(map(cells_of, (header[each], *(one_line(row[each]) for row in rows)))) for each in columns]
        self._room = 0
        if width:
            self._make_room(width)

    def text(self, rows: Iterable[Sequence[str]], *, titled: bool = True) -> str:
        """The rows, with or without the titles."""
        header = [self._header[each] for each in self._columns]
        lines = [line for row in rows for line in self._lines([one_line(row[each]) for each in self._columns])]
        widths = [self._widths[each] for each in self._columns]
        return table(header if titled else None, lines, least=widths[:-1])

    def _make_room(self, width: int) -> None:
        wanted = min(LEAST, self._widths[-1])
        for title in LAST_OUT:
            if self._left(width) >= wanted:
                break
            self._columns = [each for each in self._columns if self._header[each] != title]
        self._room = max(self._left(width), LEAST)

    def _left(self, width: int) -> int:
        """Cells that the other columns leave for the last one."""
        return width - sum(self._widths[each] + GAP for each in self._columns[:-1])

    def _lines(self, row: list[str]) -> list[list[str]]:
        if not self._room:
            return [row]
        first, *rest = wrapped(row[-1], self._room)
        return [[*row[:-1], first], *([*[""] * (len(row) - 1), more] for more in rest)]
