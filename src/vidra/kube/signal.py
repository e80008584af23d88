"""Listeners: whoever wants to know of something, and is called when it happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVarTuple

Ts = TypeVarTuple("Ts")


class Signal(Generic[*Ts]):
    """Something that happens again and again; what it brings goes to every listener, in the order they came."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[*Ts], None]] = []

    def listen(self, listener: Callable[[*Ts], None]) -> None:
        """Call this from now on."""
        self._listeners.append(listener)

    def notify(self, *news: *Ts) -> None:
        """Call everyone who listens."""
        for listener in self._listeners:
            listener(*news)
