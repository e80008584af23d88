"""What the subcommands share that read a text and show what is in it."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from vidra.manifests import Problem


def content(file: str) -> bytes:
    """What is in a file, or on standard input for '-'; ends the command when it cannot be read."""
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        typer.echo(f"error: cannot read {file}: {error.strerror}", err=True)
        raise typer.Exit(1) from None


def complain(what: str, problem: "Problem") -> None:
    """Tell of a problem on standard error."""
    document = f"document {problem.document}" if problem.document else "the text"
    line = f", line {problem.line}" if problem.line else ""
    typer.echo(f"{what}: {document}{line}: {problem.message} ({problem.reason})", err=True)


def table(headings: Iterable[str], rows: Iterable[tuple[str, ...]]) -> None:
    """Show cells in columns."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*headings, box=None, pad_edge=False)
    for row in rows:
        shown.add_row(*(Text(printable(cell), overflow="fold") for cell in row))
    Console(highlight=False).print(shown)


def printable(text: str) -> str:
    """Without what could steer a terminal; the text comes from a stranger."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
