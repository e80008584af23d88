"""How the `vidra` command ends: its exit codes, and failures that are one sentence."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import typer
from typer.core import TyperGroup

from vidra.cli.terminal import printable


class Exit(IntEnum):
    """The exit codes."""

    OK = 0
    """Done, or: it is as it should be."""
    FAILED = 1
    """It could not be done, or: it is not as it should be."""
    USAGE = 2
    """The command line is not right; nothing was tried."""
    DIFFERENT = 3
    """`vidra diff` found that something would change."""
    TIMEOUT = 4
    """What was waited for did not happen in time."""
    INTERRUPTED = 130
    """Ctrl-C."""


class CommandError(Exception):
    """A command cannot do what it was asked to; the message says why and what to do."""

    def __init__(self, message: str, code: Exit = Exit.FAILED) -> None:
        super().__init__(message)
        self.code = code


def sentence(error: BaseException) -> str | None:
    """What to tell a person about an error that is nobody's fault here; None for a fault of Vidra."""
    if isinstance(error, CommandError):
        return str(error)
    from vidra.clusters.errors import ClusterError
    from vidra.kube.connection import NotConfiguredError
    from vidra.kube.errors import ApiError, KubeError
    from vidra.sources.protocol import SourceError

    if isinstance(error, ApiError) and error.unauthorized:
        return f"the API server does not take these credentials ({error}): log in anew, or choose another --context"
    expected = isinstance(error, (KubeError, NotConfiguredError, SourceError, ClusterError))
    return str(error) if expected else None


def first(error: BaseException) -> BaseException:
    """The error itself, out of the groups that tasks put around it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


class Commands(TyperGroup):
    """Runs one of its commands."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what may well go wrong ends in a sentence, a fault of Vidra in its traceback."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            cause = first(error)
            told = sentence(cause)
            if told is None:
                raise
            typer.echo(f"error: {printable(told)}", err=True)
            raise typer.Exit(cause.code if isinstance(cause, CommandError) else Exit.FAILED) from None
