"""Tasks that outlive the pass that started them, and so must not speak in its name."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")


def apart(work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
    """Start a task that takes over nothing of what this one is about: neither ids for its log lines nor a trace."""
    return asyncio.create_task(work, name=name, context=Context())
