"""The results of a webhook request: a closed set, counted by name."""

from __future__ import annotations

from enum import StrEnum


class Result(StrEnum):
    """Value of the label `result` of `vidra_webhook_requests_total` (docs/guides/webhooks.md lists them all)."""

    ACCEPTED = "accepted"
    """Syncs are concerned: a poll was requested."""
    UNCONCERNED = "unconcerned"
    """An artifact changed that no sync waits for, or that all of them have already."""
    IGNORED = "ignored"
    """An event of another kind."""
    DUPLICATE = "duplicate"
    """The same event came before."""
    FORGED = "forged"
    """No signature matches."""
    EXPIRED = "expired"
    """Signed too long ago, or in the future."""
    NO_KEY = "no_key"
    """There is no key to check a signature with."""
    MALFORMED = "malformed"
    """Headers or body are not those of a webhook, or the call broke off."""
    TOO_SLOW = "too_slow"
    """The body did not come in time."""
    TOO_LARGE = "too_large"
    """The body is over the cap."""
    MISDIRECTED = "misdirected"
    """Another path, or another method than POST."""
    NOT_READY = "not_ready"
    """The operator has not read everything yet."""
    BUSY = "busy"
    """More connections than are served at a time."""


class Refused(Exception):  # noqa: N818 - how a call ends
    """The request is refused; the message is its answer, and contains no secret."""

    def __init__(self, result: Result, status: int, message: str) -> None:
        super().__init__(message)
        self.result = result
        self.status = status
