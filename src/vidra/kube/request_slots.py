"""How many requests to one API server may be in flight, shared out fairly among those who ask.

Invariant: who waits for a late answer holds up nobody else. An admission webhook may take half a minute for the objects
of one namespace while the server answers everybody else at once. So an answer that is late gives its slot to others,
slots are given to each requester in turn, and a requester that waits for many late answers sends no further write
before one of them arrives. Reads are never held back: several requesters may wait for one read.

Thousands of objects are not applied faster by more writes in flight than keep a server busy: these wait there, and
with them everybody else's. So at a server that is crowded each requester has few.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LATE = 1.0
"""Seconds without an answer after which a request gives its slot to others, and goes on."""
LATE_EACH = 8
"""Late answers that a requester may wait for when it sends a write."""
FEW_EACH = 8
"""Requests in flight with which a requester sends a further write to a crowded server."""


class Requester:
    """Who sends requests: one reconcile with all its tasks, or Vidra itself."""

    def __init__(self) -> None:
        self._calls: list[Callable[[], None]] = []

    @contextmanager
    def when_late(self, call: Callable[[], None]) -> Iterator[None]:
        """Call this whenever a request of this requester becomes late, until the context ends."""
        self._calls.append(call)
        try:
            yield
        finally:
            self._calls.remove(call)

    def became_late(self) -> None:
        """A request has no answer after `LATE`."""
        for call in tuple(self._calls):
            call()


VIDRA = Requester()
"""Whatever belongs to no reconcile: watches, Leases, Events. It is few, and nothing of it is held back."""
_current: ContextVar[Requester] = ContextVar("requester", default=VIDRA)


def current() -> Requester:
    """Who the running task sends requests for."""
    return _current.get()


@contextmanager
def requesting() -> Iterator[None]:
    """What runs in this context, and in tasks that it starts, is a requester of its own."""
    token = _current.set(Requester())
    try:
        yield
    finally:
        _current.reset(token)


Lane = tuple[Requester, bool]
"""A requester, and whether it is about writes."""


class RequestSlots:
    """The slots of one API server.

    Args:
        most: Requests in flight, without those that are late.
        crowded: Whether requests wait for each other at the server.
    """

    def __init__(self, most: int, crowded: Callable[[], bool] = lambda: False) -> None:
        self._free = most
        self._crowded = crowded
        self._in_flight: Counter[Requester] = Counter()
        """Without those that are late."""
        self._late: Counter[Requester] = Counter()
        self._waiting: dict[Lane, deque[asyncio.Future[None]]] = {}
        """In the order in which they are given the next slot. While a slot is free, none of them may have it."""

    def slot(self, *, write: bool) -> RequestSlot:
        """A context that waits for a slot, and holds it until it ends or the answer is late."""
        return RequestSlot(self, current(), write)

    def give_up(self, who: Requester) -> None:
        """An answer is late: others get the slot."""
        self._late[who] += 1
        self.release(who)
        who.became_late()

    def arrived(self, who: Requester) -> None:
        """A late answer has arrived, or will not."""
        self._late[who] -= 1
        if not self._late[who]:
            del self._late[who]
        self._hand_out()

    def release(self, who: Requester) -> None:
        """An answer has arrived in time, or will not: others get the slot."""
        self._free += 1
        self._in_flight[who] -= 1
        if not self._in_flight[who]:
            del self._in_flight[who]
        self._hand_out()

    async def acquire(self, lane: Lane) -> None:
        """Wait for a slot."""
        if self._free and self._may_send(lane):
            self._take(lane)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(lane, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.release(lane[0])
            raise

    def _take(self, lane: Lane) -> None:
        self._free -= 1
        self._in_flight[lane[0]] += 1

    def _may_send(self, lane: Lane) -> bool:
        who, write = lane
        if not write or who is VIDRA:
            return True
        return self._late[who] < LATE_EACH and (self._in_flight[who] < FEW_EACH or not self._crowded())

    def _hand_out(self) -> None:
        while self._free and (turn := self._next()):
            turn.set_result(None)

    def _next(self) -> asyncio.Future[None] | None:
        """The next that may send, with a slot; its lane goes to the end of the row."""
        for lane in tuple(self._waiting):
            if not self._may_send(lane):
                continue
            turns = self._waiting.pop(lane)
            while turns and turns[0].done():  # cancelled meanwhile
                turns.popleft()
            if turns:
                turn = turns.popleft()
                if turns:
                    self._waiting[lane] = turns
                self._take(lane)
                return turn
        return None


class RequestSlot:
    """One request: a context, entered once."""

    __slots__ = ("_late", "_slots", "_timer", "_who", "_write")

    def __init__(self, slots: RequestSlots, who: Requester, write: bool) -> None:
        self._slots = slots
        self._who = who
        self._write = write
        self._late = False

    async def __aenter__(self) -> None:
        await self._slots.acquire((self._who, self._write))
        self._timer = asyncio.get_running_loop().call_later(LATE, self._give_up)

    async def __aexit__(self, *_: object) -> None:
        self._timer.cancel()
        if self._late:
            self._slots.arrived(self._who)
        else:
            self._slots.release(self._who)

    def _give_up(self) -> None:
        self._late = True
        self._slots.give_up(self._who)
