"""The health of an object: one of five words, and a message."""

from vidra.api.health import Health, Status

LONGEST = 500
"""Characters of a message that are kept: there is one for every object."""


def current(message: str = "") -> Health:
    """It is as its spec says."""
    return Health(Status.CURRENT, one_line(message))


def in_progress(message: str) -> Health:
    """It is in progress."""
    return Health(Status.IN_PROGRESS, one_line(message))


def failed(message: str) -> Health:
    """It failed."""
    return Health(Status.FAILED, one_line(message))


def terminating(message: str) -> Health:
    """It is being deleted."""
    return Health(Status.TERMINATING, one_line(message))


def unknown(message: str) -> Health:
    """It is not known."""
    return Health(Status.UNKNOWN, one_line(message))


def one_line(text: str) -> str:
    """The text without line breaks, shortened; a condition may contain pages."""
    line = " ".join(text[: 4 * LONGEST].split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."
