"""The result of one check."""

from __future__ import annotations

from typing import Literal

import msgspec

from vidra.views.checks.part import Part

Result = Literal["ok", "problem", "unknown"]


class Finding(msgspec.Struct, frozen=True):
    """The result of one check. What cannot be seen is unknown, or a problem; it is never ok."""

    check: str
    """The subject of the check."""
    result: Result
    message: str
    """The result, and what to do about it."""
    part: Part = Part.SETTINGS
