"""Asks the person at the terminal, or reads what should not stand on a command line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import typer

from vidra.cli.errors import CommandError, Exit

T = TypeVar("T")

LONGEST = 1 << 20
"""Bytes of a file with a secret in it."""


def agreed(question: str, *, yes: bool) -> None:
    """Go on only if the person agrees.

    Raises:
        CommandError: There is nobody to ask.
        typer.Abort: The person does not.
    """
    if not yes and not _answer(lambda: typer.confirm(question, err=True)):
        raise typer.Abort


def secret(what: str, file: str, given: str) -> str:
    """A secret value: given, or from a file ('-': standard input), or typed without being shown.

    Raises:
        CommandError: There is none.
    """
    if given:
        return given
    value = text_of(file) if file else _typed(what)
    value = value.strip("\r\n")
    if not value:
        raise CommandError(f"the {what} is empty", Exit.USAGE)
    return value


def text_of(file: str) -> str:
    """The text of a file; '-' is standard input.

    Raises:
        CommandError: It cannot be read.
    """
    try:
        data = sys.stdin.buffer.read(LONGEST + 1) if file == "-" else Path(file).read_bytes()
        if len(data) > LONGEST:
            raise CommandError(f"{file} is larger than 1 MiB")
        return data.decode()
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{file} holds no UTF-8 text") from None


def _typed(what: str) -> str:
    if not sys.stdin.isatty():
        raise CommandError(f"the {what} is missing: name a file with it, or - for standard input", Exit.USAGE)
    value: str = _answer(lambda: typer.prompt(what, hide_input=True, err=True))
    return value


def _answer(ask: Callable[[], T]) -> T:
    """What the person answers; Ctrl-C at a question is Ctrl-C."""
    try:
        return ask()
    except typer.Abort as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise CommandError("nobody answered: add --yes if it should be done", Exit.USAGE) from None
