"""How far what a view shows can be believed.

Invariant: only what is seen is healthy, gone or changed. What cannot be seen is none of that; it is said to be unseen.
"""

from __future__ import annotations

from enum import Enum


class Sight(Enum):
    """Whether Vidra sees an object, or the place where it should be."""

    SEEN = "seen"
    """What is shown is so, and what is not shown is not there."""
    LATELY = "seen until a moment ago"
    """The view is being read again: good enough to tell how things are, not to act on."""
    NOT_YET = "not seen yet"
    """The view is being read for the first time, or nothing was heard for a while."""
    FORBIDDEN = "may not be seen"
    """The server lets Vidra neither watch it nor ask for it."""
