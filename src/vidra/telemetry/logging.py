"""From which severity on lines are logged; it can be changed while the operator runs."""

from __future__ import annotations

import logging

import structlog


def set_level(level: str) -> None:
    """Log from this severity on: debug, info, warning, error."""
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(least))
