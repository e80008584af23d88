"""What differs from one kind of server to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from vidra.sources.transport.failures import Peer
from vidra.sources.transport.messages import Answer
from vidra.sources.transport.retry import PASSING


def _passing(answer: Answer) -> bool:
    return answer.status in PASSING


class Dialect(msgspec.Struct, frozen=True):
    """What differs from one kind of server to the next."""

    peer: Peer
    may_pass: Callable[[Answer], bool] = _passing
    """Whether the same request may get another answer soon."""
    headers: Mapping[str, str] = MappingProxyType({"Accept": "*/*"})
    """Sent with every request."""
    decompress: bool = True
    """Whether an answer may come compressed. If not, one that does is refused: its size would say nothing."""
