"""How reliable an informer's state is.

Invariant: only what is seen counts as healthy, deleted or changed. What cannot be seen is none of these; it is unseen.
"""

from __future__ import annotations

from enum import Enum


class Sight(Enum):
    """Whether Vidra sees an object, or the place where it should be."""

    SEEN = "seen"
    """The state is current, and an object that is not shown does not exist."""
    LATELY = "seen until a moment ago"
    """The list is being read again: good enough to report health, not to act on."""
    NOT_YET = "not seen yet"
    """The list is being read for the first time, or the watch was silent for a while."""
    FORBIDDEN = "may not be seen"
    """The server allows neither to watch nor to read it."""
