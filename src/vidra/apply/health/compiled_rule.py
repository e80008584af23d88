"""A user's health rule, compiled; switched off when its evaluation takes too long."""

import time
from collections.abc import Mapping
from typing import Any

from vidra.api.health import Health, Status
from vidra.apply.health.cel import Expression
from vidra.apply.health.cel_limits import ExpressionError, shown_of
from vidra.apply.health.custom_rules import Rule, RuleError
from vidra.apply.health.results import one_line, unknown

LONGEST_EVALUATION = 0.25
"""Seconds of CPU time; an ordinary rule takes less than a thousandth."""


class CompiledRule:
    """The expressions of one rule."""

    def __init__(self, rule: Rule) -> None:
        """Compile them.

        Raises:
            RuleError: One of them cannot be used.
        """
        written = (
            (Status.IN_PROGRESS, "inProgress", rule.in_progress),
            (Status.FAILED, "failed", rule.failed),
            (Status.CURRENT, "current", rule.current),
        )
        self._verdicts = [
            (status, _compile(field, text)) for status, field, text in written if text or field == "current"
        ]
        self._message = _compile("message", rule.message) if rule.message else None
        self._slow = ""

    def __call__(self, source: Mapping[str, Any]) -> Health:
        """The health of an object that its controller has seen and nobody deletes; maybe without a message."""
        if self._slow:
            return unknown(self._slow)
        shown = shown_of(source)
        if shown is None:
            return unknown("it is too large for the expressions of its rule")
        started = time.thread_time()
        health = self._judge(shown)
        taken = time.thread_time() - started
        if taken > LONGEST_EVALUATION:  # it blocks everything else, so it may do that once
            self._slow = f"its rule took {taken:.1f} s and is not asked any more; simplify its expressions"
        return health

    def _judge(self, shown: Mapping[str, Any]) -> Health:
        """As in Flux: the first true expression counts; if none is true, the object is InProgress."""
        status = next((status for status, ask in self._verdicts if ask(shown) is True), Status.IN_PROGRESS)
        said = self._message(shown) if self._message else ""
        return Health(status, one_line(said) if isinstance(said, str) else "")


def _compile(field: str, text: str) -> Expression:
    try:
        return Expression(text)
    except ExpressionError as error:
        raise RuleError(f"{field}: {error}") from None
