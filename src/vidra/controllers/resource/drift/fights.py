"""Drift fights: objects that are changed again right after each revert. They are counted, and reverted less often."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from vidra.apply.desired.object import Key

ROUNDS = 10
WINDOW = 30.0
"""Seconds. So many reverts of one object within them are a fight; so many seconds without one end it."""
FIRST_REST, LONGEST_REST = 30.0, 600.0
"""Seconds for which an object is not reverted; doubled each time that the fight goes on."""


class _Fight:
    def __init__(self) -> None:
        self.corrections: deque[float] = deque(maxlen=ROUNDS)
        self.rest = 0.0
        self.rests_until = 0.0

    def note(self, now: float) -> None:
        """Count one more revert."""
        if self.rest and now - self.rests_until > WINDOW:
            self.rest = 0.0
        self.corrections.append(now)
        often = len(self.corrections) == ROUNDS and now - self.corrections[0] <= WINDOW
        if self.rest or often:
            self.rest = min(LONGEST_REST, 2 * self.rest or FIRST_REST)
            self.rests_until = now + self.rest
            self.corrections.clear()


class DriftFights:
    """The reverts of one owner's objects in this process."""

    def __init__(self) -> None:
        self._fights: dict[Key, _Fight] = {}

    def note(self, keys: Iterable[Key], now: float) -> None:
        """These objects were reverted. Times are in seconds, of any monotonic clock."""
        for key in keys:
            self._fights.setdefault(key, _Fight()).note(now)

    def rest(self, key: Key, now: float) -> float:
        """The whole rest period of the object in seconds while it lasts; else 0."""
        fight = self._fights.get(key)
        return fight.rest if fight and fight.rests_until > now else 0.0

    def next_try(self, now: float) -> float | None:
        """Seconds until the first object is to be tried again; None when none rests."""
        rests = [fight.rests_until for fight in self._fights.values() if fight.rests_until > now]
        return min(rests) - now if rests else None
