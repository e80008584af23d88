"""Passes the news of clusters on to whoever works."""

from __future__ import annotations

from vidra.clusters.event_handler import Owners


class Relay:
    """The owners of objects, as clusters know them; while nobody leads there is nobody to tell."""

    def __init__(self) -> None:
        self.to: Owners | None = None
        """Who works."""

    def wake(self, manager: str) -> None:
        """Something happened to an object."""
        if self.to is not None:
            self.to.wake(manager)

    def told(self, manager: str) -> None:
        """There is news that an owner waits for."""
        if self.to is not None:
            self.to.told(manager)

    def felt(self, manager: str) -> None:
        """An object is better or worse than before."""
        if self.to is not None:
            self.to.felt(manager)
