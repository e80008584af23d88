"""Why a destination is no live cluster."""

from __future__ import annotations

from vidra.api.reasons import Reason


class ClusterError(Exception):
    """A destination cannot be used; the reason is from the closed set and the message says what to do."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
