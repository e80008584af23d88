"""Writes results in the form that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from vidra.cli.options import Output
from vidra.cli.terminal import echo, printable, table
from vidra.views.secret_masking import shown

Json = dict[str, Any]


class Column(NamedTuple):
    """A column of a table."""

    title: str
    cell: Callable[[Json], str]
    wide: bool = False
    """Only with -o wide."""


def show(
    items: Sequence[Json], output: Output, columns: Sequence[Column], *, alone: bool = False, none: str = ""
) -> None:
    """Write objects: as a table of these columns, or as they are, without secrets.

    Args:
        alone: There is one, and it was asked for by its name: no list around it.
        none: What to say instead of an empty table.
    """
    if output in {Output.TABLE, Output.WIDE}:
        if not items:
            echo(none, err=True)
            return
        wanted = [column for column in columns if output is Output.WIDE or not column.wide]
        rows = [[column.cell(item) for column in wanted] for item in items]
        echo(table([column.title for column in wanted], rows))
    else:
        show_objects(items, output, alone=alone)


def show_objects(items: Sequence[Json], output: Output, *, alone: bool = False) -> None:
    """Write objects as JSON, YAML or names."""
    if output is Output.NAME:
        for item in items:
            echo(name_of(item))
        return
    clean = [shown(item) for item in items]
    show_value(clean[0] if alone and len(clean) == 1 else {"apiVersion": "v1", "kind": "List", "items": clean}, output)


def show_value(value: Any, output: Output) -> None:
    """Write any value, also a view, as JSON or YAML."""
    import msgspec

    from vidra.manifests.write import write, write_json

    if output is Output.JSON:
        echo(write_json(value))
    else:
        echo(write([msgspec.to_builtins(value)]).removeprefix("---\n"), nl=False)


def name_of(item: Json) -> str:
    """kind.group/name, as kubectl writes it."""
    group, slash, _ = str(item.get("apiVersion", "")).partition("/")
    kind = f"{item.get('kind', '')}.{group}" if slash else str(item.get("kind", ""))
    return printable(f"{kind.lower()}/{item['metadata']['name']}")


def age(item: Json) -> str:
    """How old it is, in the largest unit that says something."""
    return since(str(item["metadata"].get("creationTimestamp", "")))


def since(moment: str) -> str:
    """How long ago a moment was; empty when there is none."""
    from datetime import UTC, datetime

    try:
        seconds = int((datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds())
    except ValueError:
        return ""
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length}{unit}"
    return f"{max(seconds, 0)}s"
