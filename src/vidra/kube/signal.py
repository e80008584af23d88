"""A signal and its listeners, which are called when it is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVarTuple

Ts = TypeVarTuple("Ts")


class Signal(Generic[*Ts]):
    """A repeated event; each listener is called with its arguments, in the order of registration."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[*Ts], None]] = []

    def listen(self, listener: Callable[[*Ts], None]) -> None:
        """Call this from now on."""
        self._listeners.append(listener)

    def notify(self, *news: *Ts) -> None:
        """Call all listeners."""
        for listener in self._listeners:
            listener(*news)
