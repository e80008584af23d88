"""How much of an API server's answers is taken: by one answer, and by all that are being received.

Invariant: the API server of a destination may be hostile, and Vidra's memory is everybody's. An answer about one object
has the size that objects have, a list arrives in pages, and no answer is packed, because a few bytes unpack to any
number. Of one API server's answers only so many bytes are received at a time. What is over a limit is refused, and
stops only what was asked of that server; what is only too much at once waits for its turn, as long as a request may
take. It waits with a small part of its answer, and for all that it may need: so no two wait for each other.

Called by `client.py`, which has one budget for each API server.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp

from vidra.kube.errors import TooLargeAnswerError, UnintelligibleError
from vidra.kube.partial_metadata import METADATA_LIST, METADATA_ONLY

METADATA = 2 << 20
"""Bytes of one object's metadata: etcd takes 1.5 MiB for a whole object, with who holds what of it."""
OBJECT = 12 << 20
"""Bytes of one object: these 1.5 MiB, of which JSON may need six for one (`\\u003c`), and room for who holds what."""
LIST = 16 << 20
"""Bytes of one page of a list."""
MOST_OBJECTS = 200_000
"""Objects of one collection that are read, or kept."""
AT_ONCE = 32 << 20
"""Bytes of all answers of one API server that are being received; more than any one answer has."""
SMALL = 64 << 10
"""Bytes of an answer that do not count: the slots for requests limit how many answers there are."""
LONGEST_WAIT = 30.0
"""Seconds that an answer waits for its turn, as long as a request may take."""


def largest_answer(accept: str, query: Mapping[str, str] | None) -> int:
    """The maximum bytes of an answer, by what is asked for."""
    if accept == METADATA_LIST or "limit" in (query or {}):
        return LIST
    return METADATA if accept == METADATA_ONLY else OBJECT


class AnswerBudget:
    """The bytes of one API server's answers that are being received; first come, first served.

    Args:
        total: Maximum; one answer may have all of it.
    """

    def __init__(self, total: int = AT_ONCE) -> None:
        self._total = self._left = total
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def share(self, size: int) -> AsyncIterator[None]:
        """Hold so many bytes, as soon as they are free.

        Raises:
            TimeoutError: They were not, in time.
        """
        size = min(size, self._total)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        self._serve()
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await turn
            yield
        finally:
            if turn.done() and not turn.cancelled():
                self._left += size
            turn.cancel()
            self._serve()

    def _serve(self) -> None:
        """Give those their share who have waited longest."""
        while self._waiting and (self._waiting[0][1].done() or self._waiting[0][0] <= self._left):
            size, turn = self._waiting.popleft()
            if not turn.done():
                self._left -= size
                turn.set_result(None)


async def receive(answer: aiohttp.ClientResponse, most: int, budget: AnswerBudget) -> bytes:
    """The whole body of an answer.

    Raises:
        TooLargeAnswerError: It is larger than what was asked for can be.
        UnintelligibleError: It is packed, although that was not asked for.
        TimeoutError: Other answers of the same server took all the budget.
    """
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        answer.close()
        raise UnintelligibleError(f"what answers at {answer.host} packs its answers, which was not asked for")
    announced = answer.content_length or 0
    body = bytearray()
    async with AsyncExitStack() as held:
        async for chunk in answer.content.iter_any():
            if max(announced, len(body) + len(chunk)) > most:
                answer.close()
                raise TooLargeAnswerError(f"what answers at {answer.host} says more than {most:,} bytes at once")
            if len(body) <= SMALL < len(body) + len(chunk):
                await held.enter_async_context(budget.share(announced or most))
            body += chunk
        return bytes(body)
