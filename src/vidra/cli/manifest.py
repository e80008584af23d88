"""``vidra manifest``: what Vidra reads from a text, for people who write artifacts."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from vidra.manifests import ManifestObject, Problem, Reading


class Output(StrEnum):
    """How to show the objects."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    NAME = "name"


def manifest(
    file: Annotated[str, typer.Argument(help="The text of an artifact; '-' is standard input.", metavar="FILE|-")],
    output: Annotated[Output, typer.Option("--output", "-o", help="How to show the objects.")] = Output.TABLE,
) -> None:
    """Show which objects Vidra reads from a text, and what is wrong with the rest.

    The objects are shown whole, with the values of Secrets: they are yours. Exit code 1 when anything could not be
    read; warnings alone leave it at 0.
    """
    from vidra.manifests import read

    reading = read(_bytes(file))
    _SHOW[output](reading)
    for warning in reading.warnings:
        _complain("warning", warning)
    for problem in reading.problems:
        _complain("error", problem)
    raise typer.Exit(1 if reading.problems else 0)


def _bytes(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        typer.echo(f"error: cannot read {file}: {error.strerror}", err=True)
        raise typer.Exit(1) from None


def _complain(what: str, problem: "Problem") -> None:
    document = f"document {problem.document}" if problem.document else "the text"
    line = f", line {problem.line}" if problem.line else ""
    typer.echo(f"{what}: {document}{line}: {problem.message} ({problem.reason})", err=True)


def _table(reading: "Reading") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("DOCUMENT", "KIND", "NAME", "APIVERSION", box=None, pad_edge=False)
    for each in reading.objects:
        cells = (str(each.document), each.ref.kind, _place(each), each.ref.api_version)
        table.add_row(*(Text(_printable(cell), overflow="fold") for cell in cells))
    Console(highlight=False).print(table)


def _json(reading: "Reading") -> None:
    import msgspec

    text = msgspec.json.format(msgspec.json.encode(_bodies(reading)), indent=2)
    typer.echo(text.decode())


def _yaml(reading: "Reading") -> None:
    from vidra.manifests.write import write

    typer.echo(write(_bodies(reading)), nl=False)


def _names(reading: "Reading") -> None:
    for each in reading.objects:
        kind = f"{each.ref.kind}.{each.ref.group}" if each.ref.group else each.ref.kind
        typer.echo(_printable(f"{kind.lower()}/{each.ref.name}"))


def _bodies(reading: "Reading") -> list[dict[str, Any]]:
    return [each.body for each in reading.objects]


def _place(each: "ManifestObject") -> str:
    return f"{each.ref.namespace}/{each.ref.name}" if each.ref.namespace else each.ref.name


def _printable(text: str) -> str:
    """Without what could steer a terminal; the text comes from a stranger."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


_SHOW = {Output.TABLE: _table, Output.JSON: _json, Output.YAML: _yaml, Output.NAME: _names}
