"""``vidra health``: how Vidra judges objects, for people who write rules."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from vidra.cli.input import complain, content
from vidra.cli.parsing import Argument, Option
from vidra.cli.parsing.errors import FinishedError, UsageError
from vidra.cli.terminal import echo, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from vidra.apply.health.custom_rules import Rules
    from vidra.views.manifest_health import ManifestHealth

NOT_CURRENT = 3


class Output(StrEnum):
    """How to show the verdicts."""

    TABLE = "table"
    JSON = "json"


def health(
    file: Annotated[str, Argument(help="Objects as YAML, JSON or a List; '-' is standard input.", metavar="FILE|-")],
    output: Annotated[Output, Option("--output", "-o", help="How to show the verdicts.")] = Output.TABLE,
    rules: Annotated[str, Option(help="Rules of your own: the YAML list of the key healthRules.", metavar="FILE")] = "",
) -> None:
    """Show the health of each object in a text: Current, InProgress, Failed, Terminating or Unknown.

    Try it with `kubectl get deployments -o yaml | vidra health -`. With `-o json` the answer is a list of
    {"status", "message"}, one for each object in its order.

    Exit code 0: every object is Current. 1: a file, an object or a rule could not be read. 2: wrong use.
    3: all could be read, and some object is not Current.
    """
    from vidra.views.manifest_health import health_of

    if file == "-" == rules:
        raise UsageError("only one of FILE and --rules can be standard input")
    in_force, sound = _rules(rules)
    found = health_of(content(file), in_force)
    _SHOW[output](found)
    for problem in found.problems:
        complain("error", problem)
    raise FinishedError(_code(found, sound=sound))


def _rules(file: str) -> "tuple[Rules, bool]":
    from vidra.apply.health.custom_rules import Rules, parse

    if not file:
        return Rules(), True
    found, complaints = parse(content(file))
    for complaint in complaints:
        echo(f"error: {file}: {complaint}", err=True)
    return found, not complaints


def _code(found: "ManifestHealth", *, sound: bool) -> int:
    if found.problems or not sound:
        return 1
    return 0 if found.all_current else NOT_CURRENT


def _table(found: "ManifestHealth") -> None:
    rows = [(item.kind, item.name, item.health.status.value, item.health.message) for item in found.objects]
    echo(table(("KIND", "NAME", "STATUS", "MESSAGE"), rows))


def _json(found: "ManifestHealth") -> None:
    from vidra.cli.options import Output as CommonOutput
    from vidra.cli.output import show_value

    listed = [{"status": item.health.status, "message": item.health.message} for item in found.objects]
    show_value(listed, CommonOutput.JSON)


_SHOW: "dict[Output, Callable[[ManifestHealth], None]]" = {Output.TABLE: _table, Output.JSON: _json}
