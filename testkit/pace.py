"""How much work something is, counted in pieces of known work that are done at the same moment.

Neither the clock nor the CPU's time says that: beside other work a second of either does half of what it usually does,
or less. What a known piece of work takes in the same moment, on the same thread, changes with them, and the number of
pieces stays what it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

import msgspec

_DOCUMENT: Final = {
    "metadata": {"name": "piece", "labels": {f"label-{number}": "x" * 20 for number in range(20)}},
    "data": {f"key-{number}": "y" * 40 for number in range(60)},
}
_TIMES: Final = 20
_SAMPLES: Final = 15


def piece() -> int:
    """Write, read and walk a small object some times, as Vidra does all day: half a thousandth of a second, or more."""
    seen = 0
    for _ in range(_TIMES):
        seen += _walked(msgspec.json.decode(msgspec.json.encode(_DOCUMENT)))
    return seen


def piece_takes() -> float:
    """Seconds of this thread's CPU that a piece takes now, on average."""
    return _took(lambda: [piece() for _ in range(_SAMPLES)]) / _SAMPLES


def pieces(work: Callable[[], object]) -> float:
    """How many pieces of known work some work is: what it takes, over what a piece takes just before or after it."""
    before = piece_takes()
    took = _took(work)
    return took / max(before, piece_takes())


def _took(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


def _walked(item: Any) -> int:
    if isinstance(item, dict):
        return sum(len(key) + _walked(value) for key, value in item.items())
    return len(item)
