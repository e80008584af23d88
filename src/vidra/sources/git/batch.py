"""Puts what is asked for at the same time into one request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from vidra.api.reasons import Reason
from vidra.sources.protocol import Files, SourceError

_MOST = 16
"""Units in one request: their texts are in memory together."""

Load = Callable[[Sequence[str]], Awaitable[Mapping[str, bytes | Files | SourceError]]]


class Batches:
    """While one request is under way, what else is asked for waits and goes into the next.

    Args:
        load: The texts of some units, or why there is none.
    """

    def __init__(self, load: Load) -> None:
        self._load = load
        self._waiting: dict[str, asyncio.Future[bytes | Files]] = {}
        self._task: asyncio.Task[None] | None = None

    async def get(self, unit: str) -> bytes | Files:
        """The text of one unit.

        Raises:
            SourceError: There is none.
        """
        if unit not in self._waiting:
            self._waiting[unit] = asyncio.get_running_loop().create_future()
        found = self._waiting[unit]
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return await asyncio.shield(found)

    async def close(self) -> None:
        """Give up what is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        await asyncio.sleep(0)  # those that are asked for in the same moment come along
        while self._waiting:
            taken = {unit: self._waiting.pop(unit) for unit in list(self._waiting)[:_MOST]}
            try:
                texts = await self._load(list(taken))
            except SourceError as error:
                texts = dict.fromkeys(taken, error)
            except BaseException:
                for future in taken.values():
                    future.cancel()
                raise
            for unit, future in taken.items():
                _settle(future, texts.get(unit, SourceError(Reason.SOURCE_ERROR, f"{unit} was not given")))


def _settle(future: asyncio.Future[bytes | Files], found: bytes | Files | SourceError) -> None:
    if future.done():
        return
    if not isinstance(found, SourceError):
        future.set_result(found)
    else:
        future.set_exception(SourceError(found.reason, str(found), retry_after=found.retry_after))
        future.exception()  # whoever asked may be away
