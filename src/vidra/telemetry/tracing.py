"""What a change goes through, as the spans of a trace; while nobody traces, nothing is made and nothing kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

Attributes = Mapping[str, str | int]


class Span:
    """A part of a trace. This one is none, which is what every span is while nobody traces.

    Attributes:
        trace: Id of the trace, for people who look for it; empty when there is none, or it is not kept.
    """

    trace = ""

    def child(self, name: str, attributes: Attributes | None = None, *, begun: int | None = None) -> Span:  # noqa: ARG002
        """A part of this one.

        Args:
            name: What is done in it.
            attributes: What there is to say of it.
            begun: When it began, in nanoseconds since 1970; without, now.
        """
        return self

    def set_attributes(self, attributes: Attributes) -> None:
        """Something to say of it."""

    def fail(self, why: str) -> None:
        """It did not come to a good end."""

    def end(self, at: int | None = None) -> None:
        """It is over; a second time nothing happens.

        Args:
            at: Since when, in nanoseconds since 1970; without, now.
        """


NOTHING = Span()

_current: ContextVar[Span] = ContextVar("span", default=NOTHING)


class Tracing:
    """Makes traces. This one makes none."""

    def begin(self, name: str, attributes: Attributes, *, begun: int) -> Span:  # noqa: ARG002
        """A new trace, which begins with a span.

        Args:
            name: What is done in it.
            attributes: What there is to say of it.
            begun: When it began, in nanoseconds since 1970.
        """
        return NOTHING

    async def close(self) -> None:
        """Send what is not sent yet, as far as that is quickly done."""


def current() -> Span:
    """The span that is under way here."""
    return _current.get()


@contextmanager
def use_span(span: Span) -> Iterator[None]:
    """Be in a span; it goes on afterwards."""
    token = _current.set(span)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def start_span(name: str, attributes: Attributes | None = None) -> Iterator[None]:
    """Be in a part of the current span, which ends with the context."""
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
    """Have a log line name the trace that it belongs to."""
    if trace := _current.get().trace:
        event.setdefault("trace_id", trace)
    return event
