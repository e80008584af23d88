"""Which events came before; a bounded memory."""

from __future__ import annotations

from collections import OrderedDict

MOST = 4096
"""Events remembered. One that is forgotten and arrives again costs one reconcile."""


class SeenEvents:
    """The ids of the last events."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()

    def first(self, event: str) -> bool:
        """Whether this event is new; from now on it is not."""
        if event in self._ids:
            return False
        self._ids[event] = None
        if len(self._ids) > MOST:
            self._ids.popitem(last=False)
        return True
