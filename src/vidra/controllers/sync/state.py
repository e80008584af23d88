"""What is remembered of each sync between two reconciles; all of it can be found out again."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from vidra.controllers.runtime.run_if_slow import Postponed, shown_at
from vidra.controllers.sync.source.poll_state import PollState


class Unreported(Postponed, frozen=True, kw_only=True):
    """What polls did that no status and no Event tells yet."""

    created: int = 0
    updated: int = 0


class SyncState(msgspec.Struct):
    """The state of one sync."""

    poll: PollState | None = None
    """The last poll; None before the first, and during one: a poll that is aborted is repeated."""
    outdated: bool = False
    """The last listing is no longer current. A mark that is set during a poll is still set after it."""
    listed_at: float | None = None
    """When Infrahub last gave a list, or when this was first checked, by the monotonic clock."""
    unready: set[str] | None = None
    """Its VidraResources that are not Ready; None until the first of them changes."""
    unreported: Unreported | None = None
    """What polls did and is not reported yet. Another poll does not put off its report."""
    polling: asyncio.Task[Any] | None = None
    """The running poll."""

    @property
    def current(self) -> bool:
        """Whether the last listing is current: no poll is running or requested."""
        return self.poll is not None and not self.outdated

    def begin_poll(self) -> PollState | None:
        """The last poll, for a new one that begins now; without its failures if something changed since."""
        before = self.poll.afresh() if self.poll and self.outdated else self.poll
        self.poll, self.outdated = None, False
        return before

    def end_poll(self, poll: PollState) -> None:
        """A poll gave a list, which is to be reported."""
        before, done = self.unreported or Unreported(until=shown_at()), poll.done
        created, updated = before.created + done.created, before.updated + done.updated
        self.poll, self.unreported = poll, Unreported(until=before.until, created=created, updated=updated)


class SyncStates:
    """The states of all syncs, by name."""

    def __init__(self) -> None:
        self._by_name: dict[str, SyncState] = {}
        self.waiting_for_successors: set[str] = set()
        """Syncs that are being deleted and wait for others to take over."""

    def of(self, name: str) -> SyncState:
        """The state of a sync; a new one if there was none."""
        return self._by_name.setdefault(name, SyncState())

    def is_current(self, name: str) -> bool:
        """Whether the last listing of a sync is current."""
        return name in self._by_name and self._by_name[name].current

    def forget(self, name: str) -> None:
        """Drop the state of a sync: it was deleted, or is another replica's."""
        self._by_name.pop(name, None)
        self.waiting_for_successors.discard(name)
