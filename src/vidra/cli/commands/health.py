"""``vidra health``: how Vidra judges objects, for people who write rules."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vidra.cli.input import complain, content
from vidra.cli.terminal import table

if TYPE_CHECKING:
    from collections.abc import Callable

    from vidra.apply.health import Health
    from vidra.apply.health.custom_rules import Rules
    from vidra.manifests import Problem

    Judged = list[tuple[dict[str, Any], Health]]

NOT_CURRENT = 3


class Output(StrEnum):
    """How to show the verdicts."""

    TABLE = "table"
    JSON = "json"


def health(
    file: Annotated[
        str, typer.Argument(help="Objects as YAML, JSON or a List; '-' is standard input.", metavar="FILE|-")
    ],
    output: Annotated[Output, typer.Option("--output", "-o", help="How to show the verdicts.")] = Output.TABLE,
    rules: Annotated[
        str, typer.Option(help="Rules of your own: the YAML list of the key healthRules.", metavar="FILE")
    ] = "",
) -> None:
    """Show how Vidra judges each object of a text: Current, InProgress, Failed, Terminating or Unknown.

    Try it with `kubectl get deployments -o yaml | vidra health -`. With `-o json` the answer is a list of
    {"status", "message"}, one for each object in its order.

    Exit code 0: every object is Current. 1: a file, an object or a rule could not be read. 2: wrong use.
    3: all could be read, and some object is not Current.
    """
    if file == "-" == rules:
        raise typer.BadParameter("only one of FILE and --rules can be standard input")
    in_force, sound = _rules(rules)
    objects, problems = _objects(content(file))
    judged = [(each, in_force.health_of(each)) for each in objects]
    _SHOW[output](judged)
    for problem in problems:
        complain("error", problem)
    raise typer.Exit(_code(judged, sound=sound and not problems))


def _rules(file: str) -> "tuple[Rules, bool]":
    from vidra.apply.health.custom_rules import Rules, parse

    if not file:
        return Rules(), True
    found, complaints = parse(content(file))
    for complaint in complaints:
        typer.echo(f"error: {file}: {complaint}", err=True)
    return found, not complaints


def _objects(text: bytes) -> "tuple[list[dict[str, Any]], list[Problem]]":
    """Every object, also one that is there twice or has no name: it is judged, not applied."""
    from vidra.manifests import Limits, Problem
    from vidra.manifests.decode import decode
    from vidra.manifests.documents import documents
    from vidra.manifests.list_kinds import flatten
    from vidra.manifests.problems import RefusedError

    objects: list[dict[str, Any]] = []
    problems: list[Problem] = []
    limits = Limits()
    try:
        for found in documents(decode(text, limits), limits):
            if isinstance(found, Problem):
                problems.append(found)
                continue
            for path, body in flatten(found.value) if found.value is not None else ():
                if isinstance(body, RefusedError):
                    message = f"{path}: {body.message}" if path else body.message
                    problems.append(Problem(found.number, found.line, body.reason, message))
                else:
                    objects.append(body)
    except RefusedError as error:
        problems.append(Problem(0, error.line, error.reason, error.message))
    return objects, problems


def _code(judged: "Judged", *, sound: bool) -> int:
    from vidra.apply.health import Status

    if not sound:
        return 1
    return 0 if all(verdict.status is Status.CURRENT for _, verdict in judged) else NOT_CURRENT


def _table(judged: "Judged") -> None:
    from vidra.apply.health.fields import text

    rows = []
    for each, verdict in judged:
        namespace, name = text(each, "metadata", "namespace"), text(each, "metadata", "name")
        place = f"{namespace}/{name}" if namespace else name
        rows.append((text(each, "kind"), place, verdict.status.value, verdict.message))
    typer.echo(table(("KIND", "NAME", "STATUS", "MESSAGE"), rows))


def _json(judged: "Judged") -> None:
    import msgspec

    text = msgspec.json.format(
        msgspec.json.encode([{"status": verdict.status, "message": verdict.message} for _, verdict in judged]), indent=2
    )
    typer.echo(text.decode())


_SHOW: "dict[Output, Callable[[Judged], None]]" = {Output.TABLE: _table, Output.JSON: _json}
