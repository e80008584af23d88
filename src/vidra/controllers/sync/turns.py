"""How many syncs may ask one Infrahub at a time: one that hangs must not keep the workers from all others."""

from __future__ import annotations

from collections import Counter


class Turns:
    """Passes under way, and syncs that wait for one to end, by Infrahub."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._under_way: Counter[str] = Counter()
        self._waiting: dict[str, dict[str, None]] = {}

    def take(self, infrahub: str, name: str) -> bool:
        """Whether this sync may ask now; else it is noted for later."""
        if self._under_way[infrahub] >= self._at_once:
            self._waiting.setdefault(infrahub, {})[name] = None
            return False
        self._under_way[infrahub] += 1
        return True

    def give(self, infrahub: str) -> str:
        """A pass has ended; gives the name of a sync that may try now, or nothing."""
        self._under_way[infrahub] -= 1
        waiting = self._waiting.pop(infrahub, {})
        name = next(iter(waiting), "")
        waiting.pop(name, None)
        if waiting:
            self._waiting[infrahub] = waiting
        elif not self._under_way[infrahub]:
            del self._under_way[infrahub]
        return name
