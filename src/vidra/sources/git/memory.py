"""What was read last of each source."""

from __future__ import annotations

from collections import OrderedDict

from vidra.api.sources import GitSource
from vidra.sources.git.reading import Reading
from vidra.sources.git.revision import Head

_MOST = 1_000


class Memory:
    """The readings that were used last; none of them holds a text."""

    def __init__(self) -> None:
        self._held: OrderedDict[GitSource, Reading] = OrderedDict()

    def get(self, spec: GitSource, head: Head) -> Reading | None:
        """What was read of this commit, if that was the last one."""
        held = self._held.get(spec)
        return held if held is not None and held.head == head else None

    def put(self, spec: GitSource, reading: Reading) -> None:
        """Keep what was read, in place of what was before."""
        self._held[spec] = reading
        self._held.move_to_end(spec)
        if len(self._held) > _MOST:
            self._held.popitem(last=False)
