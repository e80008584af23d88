"""An operator in this process, over a control plane that somebody else started."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

import msgspec

from testkit.controlplane import ControlPlane
from testkit.environment import connection_to
from testkit.patience import HANG
from vidra.kube.connection import Connection
from vidra.manager import Manager, Options


class Operating:
    """An operator at work, from `async with` to its end; it can be stopped and started again in between.

    Args:
        server: Address to reach the control plane at, if it is not its own.
        connection: As whom it works, if not as the administrator.
        options: What the operator is started with, besides its connection.
    """

    def __init__(
        self, plane: ControlPlane, *, server: str = "", connection: Connection | None = None, **options: Any
    ) -> None:
        connection = msgspec.structs.replace(connection or connection_to(plane), server=server or plane.server)
        self._options = Options(connection=connection, **options)
        self._task: asyncio.Task[None] | None = None
        self.operator: Manager
        """The one that runs, or ran last."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def running(self) -> bool:
        """Whether it works."""
        return self._task is not None

    async def start(self) -> None:
        """Start an operator that remembers nothing of the last one, and wait until it works.

        Raises:
            TimeoutError: It does not; it runs on until `stop`.
        """
        self.operator = Manager(self._options)
        self._task = asyncio.create_task(self.operator.run(), name="operator")
        ready = asyncio.create_task(self.operator.ready.wait())
        try:
            ended, _ = await asyncio.wait({self._task, ready}, timeout=HANG, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        if not ended:
            raise TimeoutError
        if self._task in ended:
            await self._task

    async def stop(self) -> None:
        """End the operator as a signal does; a second time does nothing.

        Raises:
            AssertionError: It ended before, by itself.
        """
        task, self._task = self._task, None
        if task is not None:
            ended = task.done()
            task.cancel()
            result = (await asyncio.gather(task, return_exceptions=True))[0]
            assert not ended, f"the operator ended by itself: {result!r}"
