"""What may follow on a command line that is not complete yet."""

from __future__ import annotations

from vidra.cli.parsing.command import Command, Parameter
from vidra.cli.parsing.errors import UsageError
from vidra.cli.parsing.find import find
from vidra.cli.parsing.group import Group
from vidra.cli.parsing.parse import scan


def complete(root: Group, program: str, words: list[str]) -> list[str]:
    """The candidates for the last word, which may be empty."""
    *before, word = words or [""]
    try:
        found = find(root, program, before)
    except UsageError:
        return []
    if isinstance(found.node, Group):
        return [name for name in found.node.names() if name.startswith(word)]
    return _of_command(found.node, found.rest, word)


def _of_command(command: Command, before: list[str], word: str) -> list[str]:
    names = {name: each for each in command.options for name in (*each.on, *each.off)}
    waiting = names.get(before[-1]) if before else None
    if waiting is not None and not waiting.is_flag:
        return _values(command, waiting, before[:-1], word)
    if word.startswith("-"):
        name, equals, begun = word.partition("=")
        if equals:
            return [f"{name}={value}" for value in _values(command, names.get(name), before, begun)]
        return [name for name in (*names, "--help") if name.startswith("--") and name.startswith(word)]
    _, places = scan(command, before, partial=True)
    rest = [each for number, each in enumerate(command.arguments) if each.many or number >= len(places)]
    return _values(command, rest[0] if rest else None, before, word)


def _values(command: Command, parameter: Parameter | None, before: list[str], word: str) -> list[str]:
    if parameter is None:
        return []
    if parameter.complete is None:
        return [choice for choice in parameter.choices if choice.startswith(word)]
    given, places = scan(command, before, partial=True)
    options = {name: values[-1] for name, values in given.items()}
    return parameter.complete({**options, "": places}, word)
