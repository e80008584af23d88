"""How the reading of a command line ends, if not with a call."""

from __future__ import annotations

from collections.abc import Iterable


class UsageError(Exception):
    """The words cannot be understood; the message says why and what was probably meant."""


class FinishedError(Exception):
    """A command is done, with this exit code; no message."""

    def __init__(self, code: int = 0) -> None:
        super().__init__(code)
        self.code = int(code)


class DeclinedError(Exception):
    """The person was asked, and said no."""


def suggestion(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word; only who mistypes waits for its import."""
    from vidra.common.nearest import did_you_mean

    return did_you_mean(word, known)
