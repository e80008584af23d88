"""Tasks that outlive the reconcile that started them, and so must not log or trace in its name."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")


def apart(work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
    """Start a task without the context of this one: without its log ids and its trace."""
    return asyncio.create_task(work, name=name, context=Context())
