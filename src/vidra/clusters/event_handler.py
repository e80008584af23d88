"""The handler of events in clusters."""

from __future__ import annotations

from typing import Protocol


class ClusterEventHandler(Protocol):
    """Receives events for the owners of objects, by their field managers."""

    def on_object_event(self, manager: str) -> None:
        """Something happened to an object that this owner holds, or what it waits for may have appeared."""
        ...

    def on_condition_met(self, manager: str) -> None:
        """A condition that this owner waits for is met."""
        ...

    def on_health_changed(self, manager: str) -> None:
        """The health of an object that this owner holds has changed, and nothing else."""
        ...
