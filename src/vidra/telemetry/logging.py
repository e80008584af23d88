"""The log level, which can be changed while the operator runs."""

from __future__ import annotations

import logging

import structlog


def set_level(level: str) -> None:
    """Set the level: debug, info, warning, error."""
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(least))
