"""From the words of a command line to the command that they name."""

from __future__ import annotations

from typing import NamedTuple

from vidra.cli.parsing.command import Command
from vidra.cli.parsing.errors import UsageError, suggestion
from vidra.cli.parsing.group import Group
from vidra.cli.parsing.parse import HELP


class Found(NamedTuple):
    """Where the words lead."""

    path: str
    """The words so far: `vidra infrahub webhook`."""
    node: Command | Group
    """A group where the words end too early, or ask for the help of one."""
    rest: list[str]


def find(root: Group, program: str, words: list[str]) -> Found:
    """Follow the words.

    Raises:
        UsageError: There is no such command.
    """
    early, rest = _before_the_verb(root, words)
    path, node = program, root
    while rest and not rest[0].startswith("-"):
        child = node.child(rest[0])
        if child is None:
            raise UsageError(f"{path} has no command {rest[0]!r}{suggestion(rest[0], node.names())}")
        path, rest = f"{path} {rest[0]}", rest[1:]
        if isinstance(child, Command):
            return Found(path, child, [*early, *rest])
        node = child
    return Found(path, node, rest)


def _before_the_verb(root: Group, words: list[str]) -> tuple[list[str], list[str]]:
    """Options that stand before the verb, as with kubectl, and what follows them."""
    early, rest = [], list(words)
    while rest and rest[0].startswith("-") and rest[0] not in HELP:
        name, equals, _ = rest[0].partition("=")
        if name not in root.shared and rest[0][:2] not in root.shared:
            break
        number = 1 if equals or (name not in root.shared) else 2
        early += rest[:number]
        rest = rest[number:]
    return early, rest
