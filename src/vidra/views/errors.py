"""Why something cannot be shown."""

from __future__ import annotations


class ViewError(Exception):
    """The request cannot be shown; the message says why and what to do."""


class BadNameError(ViewError):
    """The name of a sync or VidraResource is invalid; nothing was looked up."""
