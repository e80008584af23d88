"""Who is told what happens in clusters."""

from __future__ import annotations

from typing import Protocol


class ClusterEventHandler(Protocol):
    """The owners of objects, by their field managers."""

    def on_object_event(self, manager: str) -> None:
        """Something happened to an object that this owner holds, or what it waits for may have come."""
        ...

    def on_condition_met(self, manager: str) -> None:
        """There is news that this owner waits for."""
        ...

    def on_health_changed(self, manager: str) -> None:
        """An object that this owner holds is better or worse than before; nothing else is different about it."""
        ...
