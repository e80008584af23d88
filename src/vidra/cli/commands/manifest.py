"""``vidra manifest``: what Vidra reads from a text, for people who write artifacts."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from vidra.cli.input import complain, content
from vidra.cli.options import Output as CommonOutput
from vidra.cli.parsing import Argument, Option
from vidra.cli.parsing.errors import FinishedError
from vidra.cli.terminal import echo, one_line, table

if TYPE_CHECKING:
    from vidra.manifests import ManifestObject, Reading


class Output(StrEnum):
    """How to show the objects."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    NAME = "name"


def manifest(
    file: Annotated[str, Argument(help="The text of an artifact; '-' is standard input.", metavar="FILE|-")],
    output: Annotated[Output, Option("--output", "-o", help="How to show the objects.")] = Output.TABLE,
) -> None:
    """Show which objects Vidra reads from a text, and what is wrong with the rest.

    The objects are shown whole, with the values of Secrets: they are yours. Exit code 1 when anything could not be
    read; warnings alone leave it at 0.

    Example: vidra manifest artifact.yaml
    """
    from vidra.manifests import read

    reading = read(content(file))
    _SHOW[output](reading)
    for warning in reading.warnings:
        complain("warning", warning)
    for problem in reading.problems:
        complain("error", problem)
    raise FinishedError(1 if reading.problems else 0)


def _table(reading: "Reading") -> None:
    rows = [(str(each.document), each.ref.kind, _place(each), each.ref.api_version) for each in reading.objects]
    echo(table(["DOCUMENT", "KIND", "NAME", "APIVERSION"], rows))


def _json(reading: "Reading") -> None:
    from vidra.cli.output import show_value

    show_value(_bodies(reading), CommonOutput.JSON)


def _yaml(reading: "Reading") -> None:
    from vidra.manifests.write import write

    echo(write(_bodies(reading)), nl=False)


def _names(reading: "Reading") -> None:
    for each in reading.objects:
        kind = f"{each.ref.kind}.{each.ref.group}" if each.ref.group else each.ref.kind
        echo(one_line(f"{kind.lower()}/{each.ref.name}"))


def _bodies(reading: "Reading") -> list[dict[str, Any]]:
    return [each.body for each in reading.objects]


def _place(each: "ManifestObject") -> str:
    return f"{each.ref.namespace}/{each.ref.name}" if each.ref.namespace else each.ref.name


_SHOW = {Output.TABLE: _table, Output.JSON: _json, Output.YAML: _yaml, Output.NAME: _names}
