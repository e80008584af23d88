"""The result of one check."""

from __future__ import annotations

from typing import Literal

import msgspec

Result = Literal["ok", "problem", "unknown"]


class Finding(msgspec.Struct, frozen=True):
    """The result of one check. What cannot be seen is unknown, or a problem; it is never ok."""

    check: str
    """What was looked at."""
    result: Result
    message: str
    """What was found, and what to do about it."""
