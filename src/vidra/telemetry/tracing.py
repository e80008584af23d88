"""Spans and traces of changes; while tracing is off, nothing is created or kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

Attributes = Mapping[str, str | int]


class Span:
    """A part of a trace. This base class records nothing, and is what every span is while tracing is off.

    Attributes:
        trace: Id of the trace, for messages; empty when there is none, or it is not kept.
    """

    trace = ""

    def child(self, name: str, attributes: Attributes | None = None, *, begun: int | None = None) -> Span:  # noqa: ARG002
        """Start a part of this span.

        Args:
            name: What is done in it.
            attributes: What is known of it.
            begun: Start in nanoseconds since 1970; by default now.
        """
        return self

    def set_attributes(self, attributes: Attributes) -> None:
        """Add attributes."""

    def fail(self, why: str) -> None:
        """It failed."""

    def end(self, at: int | None = None) -> None:
        """End the span; a second call does nothing.

        Args:
            at: End in nanoseconds since 1970; by default now.
        """


NOTHING = Span()

_current: ContextVar[Span] = ContextVar("span", default=NOTHING)


class Tracing:
    """Creates traces. This base class creates none."""

    def begin(self, name: str, attributes: Attributes, *, begun: int) -> Span:  # noqa: ARG002
        """Start a trace with its first span.

        Args:
            name: What is done in it.
            attributes: What is known of it.
            begun: Start in nanoseconds since 1970.
        """
        return NOTHING

    async def close(self) -> None:
        """Send the remaining spans, if that is quick."""


def current() -> Span:
    """The current span."""
    return _current.get()


@contextmanager
def use_span(span: Span) -> Iterator[None]:
    """Make a span the current one; it does not end with the context."""
    token = _current.set(span)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def start_span(name: str, attributes: Attributes | None = None) -> Iterator[None]:
    """Run in a part of the current span, which ends with the context."""
    around = _current.get()
    if around is NOTHING:
        yield
        return
    span = around.child(name, attributes)
    try:
        with use_span(span):
            yield
    except Exception as error:
        span.fail(str(error) or type(error).__name__)
        raise
    finally:
        span.end()


def add_trace(
    _logger: structlog.typing.WrappedLogger, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Add the trace id to a log line."""
    if trace := _current.get().trace:
        event.setdefault("trace_id", trace)
    return event
