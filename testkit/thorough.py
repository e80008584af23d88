"""How much of something a test takes: enough to see it each time, or all that is worth minutes now and then."""

from __future__ import annotations

import os
from typing import Final

THOROUGH: Final = bool(os.environ.get("VIDRA_TESTS_THOROUGH"))
"""Whether this is `make test-all`, which runs what is marked `thorough` and all properties with the larger numbers."""


def amount(usually: int, thoroughly: int) -> int:
    """The number that this run takes."""
    return thoroughly if THOROUGH else usually
