"""Asks the person at the terminal, or reads what should not stand on a command line."""

from __future__ import annotations

import sys
from pathlib import Path

from vidra.cli.errors import CommandError, Exit
from vidra.cli.parsing.errors import DeclinedError
from vidra.cli.terminal import echo

LONGEST = 1 << 20
"""Bytes of a file with a secret in it."""


def agreed(question: str, *, yes: bool) -> None:
    """Go on only if the person agrees.

    Raises:
        CommandError: There is nobody to ask.
        DeclinedError: The person does not.
    """
    if not yes and not _confirmed(question):
        raise DeclinedError


def secret(what: str, file: str, given: str, *, option: str) -> str:
    """A secret value: given, or from a file ('-': standard input), or typed without being shown.

    Args:
        option: The one that names the file.

    Raises:
        CommandError: There is none.
    """
    if given:
        return given
    value = text_of(file) if file else _typed(what, option)
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


def _typed(what: str, option: str) -> str:
    if not sys.stdin.isatty():
        raise CommandError(f"the {what} is missing: give {option} FILE, or {option} - for standard input", Exit.USAGE)
    from getpass import getpass

    try:
        return getpass(f"{what}: ", sys.stderr)
    except EOFError:
        raise CommandError(f"no {what} was typed: give {option} FILE", Exit.USAGE) from None


def _confirmed(question: str) -> bool:
    echo(f"{question} [y/N]: ", err=True, nl=False)
    answer = sys.stdin.readline()
    if not answer:
        echo(err=True)
        raise CommandError("nobody answered: add --yes if it should be done", Exit.USAGE)
    return answer.strip().lower() in {"y", "yes"}
