"""Records an Event and logs the same line, so that what `kubectl describe` shows is in the log too."""

from __future__ import annotations

from typing import Literal

import structlog

from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.kube.event_recorder import Recorder

Severity = Literal["Normal", "Warning"]


class EventReporter:
    """Reports what is new about one item.

    Args:
        log_key: Under which the log names the item, and whose logger it is.
    """

    def __init__(self, recorder: Recorder, item: Sync | VidraResource, log_key: str) -> None:
        self._recorder = recorder
        self._item = item
        self._log_key = log_key

    def say(
        self,
        kind: Severity,
        reason: Reason,
        message: str,
        *,
        change: bool = False,
        known: bool = False,
        trace: str = "",
    ) -> None:
        """Report it, unless this process reported the same a short while ago; the arguments are those of `Recorder`."""
        if self._recorder.say(self._item, kind, reason, message, change=change, known=known, trace=trace):
            self.log(kind, reason, message)

    def log(self, kind: Severity, reason: Reason, message: str) -> None:
        """Log it alone: an Event about another object says the same."""
        log = structlog.get_logger(f"vidra.{self._log_key}")
        say = log.warning if kind == "Warning" else log.info
        say("report", **{self._log_key: self._item.key}, type=kind, reason=str(reason), message=message)
