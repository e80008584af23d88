"""What can be wrong with a pack and with what is in it."""

from __future__ import annotations


class BrokenPackError(Exception):
    """The bytes are no pack, or not one of what was asked for."""


class LimitError(Exception):
    """More than Vidra reads.

    Attributes:
        limit: Its name in `SourceLimits`; empty when no limit can be raised.
    """

    def __init__(self, limit: str, what: str) -> None:
        super().__init__(what)
        self.limit = limit


class MissingObjectError(BrokenPackError):
    """The pack does not hold an object that it should."""
