"""How log lines look: JSON for machines, text for a terminal; on standard error, one line per change."""

from __future__ import annotations

import logging
import os
import sys

import structlog

from vidra.telemetry.logging import set_level
from vidra.telemetry.tracing import add_trace


def configure(form: str, level: str) -> None:
    """Set the form (json, text) and the least severity (debug, info, warning, error)."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        # Not rich's tracebacks: they show the values of local variables, secrets among them.
        else structlog.dev.ConsoleRenderer(colors=_coloured(), exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            add_trace,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        # Not cached, so that the level can be changed; what is not logged then costs 2 µs instead of 1.
        cache_logger_on_first_use=False,
    )
    set_level(level)
    logging.basicConfig(handlers=[_Libraries()], level=logging.WARNING, force=True)


def _coloured() -> bool:
    """Only a terminal gets colours, and only who did not ask for none (no-color.org): in a file they are noise."""
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class _Libraries(logging.Handler):
    """Has libraries speak in the same form; from warnings on, because some tell too much before."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger(record.name)
        log.log(record.levelno, record.getMessage(), library=record.name, exc_info=record.exc_info)
