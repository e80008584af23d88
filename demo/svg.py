"""Lines of a terminal, with the moments at which they came, as an animated SVG: text only, a few kilobytes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape, unescape
from typing import Final

from demo.transcript import Line
from demo.view import DIFFERENCES

COLUMNS: Final = 118
"""What does not fit is cut off."""
ROWS: Final = 27
_CELL: Final = (8.0, 18)
_EDGE: Final = 14
_LONGEST: Final = 1.2
"""Seconds that pass at most between two lines: nobody watches a control plane that starts."""
_LEAST: Final = 0.12
_REST: Final = 6.0
"""Seconds for which the end is shown, before it begins again."""
_GROUND: Final = "#1b1f24"
_STYLE: Final = """\
text { font: 13px ui-monospace, Menlo, Consolas, monospace; fill: #d8dee4; white-space: pre }
.title { font-weight: bold; fill: #fff }
.green { fill: #7ec699 }
.red { fill: #f08d8d }
.cyan { fill: #7fc8e8 }
.yellow { fill: #e8c37f }"""


def svg(rows: Sequence[Line]) -> str:
    """Draw them: all on one sheet that moves up, below a curtain that goes down a row whenever one comes.

    Where nothing moves, the first screen is shown, without the curtain.
    """
    moments = _moments(rows)
    whole = moments[-1] + _REST
    width, height = COLUMNS * _CELL[0] + 2 * _EDGE, ROWS * _CELL[1] + 2 * _EDGE
    sheet = len(rows) * _CELL[1] + _EDGE
    seconds = f"{whole:.1f}s step-end infinite"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height}" width="{width:g}">',
            "<title>What make demo prints</title>",
            "<style>",
            _STYLE,
            f".sheet {{ animation: sheet {seconds} }}",
            f".curtain {{ animation: curtain {seconds} }}",
            _keyframes("sheet", [_up(number) for number in range(len(rows))], moments, whole),
            _keyframes("curtain", [_down(number, len(rows)) for number in range(len(rows))], moments, whole),
            "</style>",
            f'<rect width="{width:g}" height="{height}" rx="8" fill="{_GROUND}"/>',
            f'<svg width="{width:g}" height="{height - _EDGE}"><g class="sheet">',
            *(_drawn(number, row.text) for number, row in enumerate(rows)),
            f'<rect class="curtain" y="{sheet}" width="{width:g}" height="{sheet}" fill="{_GROUND}"/>',
            "</g></svg>",
            "</svg>",
            "",
        ]
    )


def lines_of(drawn: str) -> list[str]:
    """The lines of such a picture, as they were drawn."""
    return [
        unescape(line.partition(">")[2].partition("<")[0]) for line in drawn.splitlines() if line.startswith("<text")
    ]


def _moments(rows: Sequence[Line]) -> list[float]:
    """When each row is drawn: as it came, but never long after the one before, nor too soon to be read."""
    found, now = [], 0.0
    for before, row in zip([rows[0], *rows], rows, strict=False):
        now += min(max(row.at - before.at, _LEAST), _LONGEST)
        found.append(now)
    return found


def _keyframes(name: str, places: Sequence[int], moments: Sequence[float], whole: float) -> str:
    """Where something is, from each moment to the next."""
    at = [0.0, *(100 * moment / whole for moment in moments[1:])]
    frames = [f"{when:.2f}% {{ transform: translateY({place}px) }}" for when, place in zip(at, places, strict=True)]
    return "\n".join([f"@keyframes {name} {{", *frames, "}"])


def _up(number: int) -> int:
    """How far the sheet is moved when this row is the last: by those that have no room."""
    return -_CELL[1] * max(number + 1 - ROWS, 0)


def _down(number: int, rows: int) -> int:
    """How far the curtain, which begins below all rows, is moved when this row is the last."""
    return _CELL[1] * (number + 1 - rows)


def _drawn(number: int, text: str) -> str:
    style = _style(text)
    attributes = f' class="{style}"' if style else ""
    y = _EDGE + _CELL[1] * number + _CELL[1] - 5
    return f'<text x="{_EDGE}" y="{y}"{attributes}>{escape(text, quote=False)}</text>'


def _style(text: str) -> str:
    """A class, by how a line begins."""
    if text[:1].isdigit():
        return "title"
    words = text.strip()
    if words.startswith("$ "):
        return "cyan"
    return "yellow" if words.startswith("\N{CLOCKWISE GAPPED CIRCLE ARROW}") else DIFFERENCES.get(words[:1], "")
