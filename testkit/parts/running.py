"""What works from `async with` to its end, and leaves nothing behind when it starts only half."""

from abc import ABC, abstractmethod
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self


class Running(ABC):
    """A part that is made of others: they end in the reverse order of their starts."""

    def __init__(self) -> None:
        self._running = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._start(stack)
            self._running = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._running.aclose()

    @abstractmethod
    async def _start(self, stack: AsyncExitStack) -> None:
        """Start it, wait until it works, and have the stack end what was started.

        Raises:
            BinariesError: A program cannot be had.
            ControlPlaneError: A program did not start.
        """
