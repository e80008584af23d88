"""Why something cannot be shown."""

from __future__ import annotations


class ViewError(Exception):
    """What was asked for cannot be shown; the message says why and what to do."""


class BadNameError(ViewError):
    """What should name a sync or a VidraResource is no such name; nothing was looked for."""
