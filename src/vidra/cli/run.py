"""Runs one command line to its end: reads it, calls the command, and says in one sentence what went wrong."""

from __future__ import annotations

import os
import sys

from vidra.cli.parsing.command import Command
from vidra.cli.parsing.errors import DeclinedError, FinishedError, UsageError
from vidra.cli.parsing.find import Found, find
from vidra.cli.parsing.group import Group
from vidra.cli.parsing.parse import HelpWantedError, parse
from vidra.cli.terminal import echo, printable

USAGE, INTERRUPTED, FAILED = 2, 130, 1


def run(root: Group, program: str, words: list[str]) -> int:
    """The exit code. A fault of Vidra ends in its traceback."""
    try:
        return _ran(root, program, words)
    except KeyboardInterrupt:
        echo(err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever reads has enough; the interpreter's own flush at its end must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def call(command: Command, path: str, words: list[str]) -> int:
    """The exit code of one command with these words."""
    try:
        values = parse(command, words)
    except HelpWantedError:
        return _help(Found(path, command, []))
    except UsageError as error:
        return _misused(str(error), path)
    try:
        command.function(**values)
    except FinishedError as end:
        return end.code
    except UsageError as error:
        return _misused(str(error), path)
    except Exception as error:
        ending = _ending(error)
        if ending is None:
            raise
        message, code = ending
        echo(message, err=True)
        return code
    return 0


def _ran(root: Group, program: str, words: list[str]) -> int:
    try:
        found = find(root, program, words)
    except UsageError as error:
        return _misused(str(error), program)
    if isinstance(found.node, Command):
        return call(found.node, found.path, found.rest)
    if found.rest and found.rest[0] not in {"-h", "--help"}:
        return _misused(f"no such option: {found.rest[0]}", found.path)
    _help(found)
    return 0 if found.rest else USAGE


def _help(found: Found) -> int:
    from vidra.cli.parsing.help import help_of
    from vidra.cli.terminal import terminal_width

    echo(help_of(found.path, found.node, min(terminal_width(), 100)))
    return 0


def _misused(message: str, path: str) -> int:
    echo(f"error: {printable(message)} ({path} --help)", err=True)
    return USAGE


def _ending(error: Exception) -> tuple[str, int] | None:
    """What to say of an error, and the exit code; None for a fault of Vidra."""
    if isinstance(error, DeclinedError):
        return "nothing was done", FAILED
    if isinstance(error, BrokenPipeError):
        return None
    from vidra.cli.errors import ending_of, first

    ending = ending_of(first(error))
    return ending and (f"error: {printable(ending[0])}", int(ending[1]))
