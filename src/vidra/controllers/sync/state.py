"""What is remembered of each sync between two reconciles; all of it is found out again by whoever does not know it."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from vidra.controllers.sync.source.poll_state import PollState


class SyncState(msgspec.Struct):
    """Of one sync."""

    poll: PollState | None = None
    """The last one; None before the first, and while one is under way: one that breaks off is made again."""
    outdated: bool = False
    """The last answer counts no more. A mark that is set during a poll outlives it."""
    listed_at: float | None = None
    """When Infrahub gave a list last, or when this was looked at first, by the monotonic clock."""
    unready: set[str] | None = None
    """Its VidraResources that are not ready; None until the first of them changes."""
    polling: asyncio.Task[Any] | None = None
    """The poll under way."""

    @property
    def current(self) -> bool:
        """Whether Infrahub's last answer counts: it is not being asked, and is not about to be for a reason."""
        return self.poll is not None and not self.outdated

    def begin_poll(self) -> PollState | None:
        """The last poll, for one that begins now; without its failures if something changed since."""
        before = self.poll.afresh() if self.poll and self.outdated else self.poll
        self.poll, self.outdated = None, False
        return before


class SyncStates:
    """Of all syncs, by name."""

    def __init__(self) -> None:
        self._by_name: dict[str, SyncState] = {}
        self.waiting_for_successors: set[str] = set()
        """Syncs that are being deleted, and first have others take over."""

    def of(self, name: str) -> SyncState:
        """What is remembered of a sync; of a new one nothing."""
        return self._by_name.setdefault(name, SyncState())

    def is_current(self, name: str) -> bool:
        """Whether Infrahub's last answer for a sync counts."""
        return name in self._by_name and self._by_name[name].current

    def forget(self, name: str) -> None:
        """Remember nothing of a sync: it was deleted, or is another replica's."""
        self._by_name.pop(name, None)
        self.waiting_for_successors.discard(name)
