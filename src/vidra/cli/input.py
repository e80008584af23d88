"""What the subcommands share that read a text of somebody's."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vidra.cli.parsing.errors import FinishedError
from vidra.cli.terminal import echo

if TYPE_CHECKING:
    from vidra.manifests import Problem


def content(file: str) -> bytes:
    """What is in a file, or on standard input for '-'; ends the command when it cannot be read."""
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        echo(f"error: cannot read {file}: {error.strerror}", err=True)
        raise FinishedError(1) from None


def complain(what: str, problem: Problem) -> None:
    """Tell of a problem on standard error."""
    document = f"document {problem.document}" if problem.document else "the text"
    line = f", line {problem.line}" if problem.line else ""
    echo(f"{what}: {document}{line}: {problem.message} ({problem.reason})", err=True)
