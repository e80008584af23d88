"""How the `vidra` command ends: its exit codes, and failures that are one sentence."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes."""

    OK = 0
    """Done, or: it is as it should be."""
    FAILED = 1
    """It could not be done, or: it is not as it should be."""
    USAGE = 2
    """The command line is wrong; nothing was tried."""
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


def ending_of(error: BaseException) -> tuple[str, Exit] | None:
    """How a command ends with an error: a sentence for a person, and the exit code; None for a fault of Vidra."""
    if isinstance(error, CommandError):
        return str(error), error.code
    from vidra.views.error_sentences import sentence
    from vidra.views.errors import BadNameError

    message = sentence(error)
    if message is None:
        return None
    return message, Exit.USAGE if isinstance(error, BadNameError) else Exit.FAILED


def first(error: BaseException) -> BaseException:
    """The error itself, out of the groups that tasks put around it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
