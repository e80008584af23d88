"""Passes events of clusters on to the resource controller."""

from __future__ import annotations

from vidra.clusters.event_handler import ClusterEventHandler


class Relay:
    """The cluster event handler of the process; while no controller runs, events are dropped."""

    def __init__(self) -> None:
        self.to: ClusterEventHandler | None = None
        """The handler of the running controller."""

    def on_object_event(self, manager: str) -> None:
        """Something happened to an object."""
        if self.to is not None:
            self.to.on_object_event(manager)

    def on_condition_met(self, manager: str) -> None:
        """A condition that an owner waits for is met."""
        if self.to is not None:
            self.to.on_condition_met(manager)

    def on_health_changed(self, manager: str) -> None:
        """The health of an object has changed."""
        if self.to is not None:
            self.to.on_health_changed(manager)
