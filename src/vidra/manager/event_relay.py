"""Passes the news of clusters on to whoever works."""

from __future__ import annotations

from vidra.clusters.event_handler import ClusterEventHandler


class Relay:
    """The owners of objects, as clusters know them; while nobody leads there is nobody to tell."""

    def __init__(self) -> None:
        self.to: ClusterEventHandler | None = None
        """Who works."""

    def on_object_event(self, manager: str) -> None:
        """Something happened to an object."""
        if self.to is not None:
            self.to.on_object_event(manager)

    def on_condition_met(self, manager: str) -> None:
        """There is news that an owner waits for."""
        if self.to is not None:
            self.to.on_condition_met(manager)

    def on_health_changed(self, manager: str) -> None:
        """An object is better or worse than before."""
        if self.to is not None:
            self.to.on_health_changed(manager)
