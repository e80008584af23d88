"""What all sources download at a time is bounded, and small downloads do not wait for large ones."""

from __future__ import annotations

from contextlib import closing

import pytest

from vidra.api.reasons import Reason
from vidra.sources.limits import SourceLimits
from vidra.sources.protocol import SourceError
from vidra.sources.sandboxed import Spool

MIB = 1 << 20
LIMITS = SourceLimits(received=4 * MIB)


def test_downloads_that_are_large_together_leave_room_for_small_ones() -> None:
    with closing(Spool({}, LIMITS)) as one, closing(Spool({}, LIMITS)) as other, closing(Spool({}, LIMITS)) as small:
        one.write(b"x" * (6 * MIB))
        with pytest.raises(SourceError, match="has to wait") as caught:
            other.write(b"x" * (3 * MIB))
        assert caught.value.reason == Reason.SOURCE_ERROR
        small.write(b"x" * 1000)
    with closing(Spool({}, LIMITS)) as later:
        later.write(b"x" * (6 * MIB))
