"""What can be said of an object: one of five words, and why."""

from vidra.api.health import Health, Status

LONGEST = 500
"""Characters of a message that are kept: one is kept for every object."""


def current(message: str = "") -> Health:
    """It is what its spec says."""
    return Health(Status.CURRENT, one_line(message))


def in_progress(message: str) -> Health:
    """It is on its way."""
    return Health(Status.IN_PROGRESS, one_line(message))


def failed(message: str) -> Health:
    """It met an error."""
    return Health(Status.FAILED, one_line(message))


def terminating(message: str) -> Health:
    """It is being deleted."""
    return Health(Status.TERMINATING, one_line(message))


def unknown(message: str) -> Health:
    """It cannot be told."""
    return Health(Status.UNKNOWN, one_line(message))


def one_line(text: str) -> str:
    """The text without line ends and tails; a condition may hold pages."""
    line = " ".join(text[: 4 * LONGEST].split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."
