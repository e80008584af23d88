"""An operator that can be killed at any moment: a task of this process, or a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from testkit.controlplane import ControlPlane
from testkit.operating import Operating
from testkit.process import OperatorProcess


class Killable(Protocol):
    """An operator as a story uses it."""

    @property
    def running(self) -> bool:
        """Whether it works."""
        ...

    async def start(self) -> None:
        """Start one that remembers nothing; returns when it is ready."""
        ...

    async def kill(self) -> None:
        """End it in the middle of whatever it does; nothing happens when it has ended."""
        ...


class TaskOperator:
    """An operator in this process. Killing it cancels it: requests under way are abandoned."""

    def __init__(self, plane: ControlPlane, server: str) -> None:
        self._operating = Operating(plane, server=server)

    @property
    def running(self) -> bool:
        """Whether it works."""
        return self._operating.running

    async def start(self) -> None:
        """Start it."""
        await self._operating.start()

    async def kill(self) -> None:
        """Cancel it.

        Raises:
            AssertionError: It ended before, by itself.
        """
        await self._operating.stop()


class ProcessOperator:
    """An operator in a process of its own, ended with SIGKILL."""

    def __init__(self, plane: ControlPlane, server: str, folder: Path) -> None:
        kubeconfig = folder / "through-the-wire.kubeconfig"
        kubeconfig.write_text(plane.kubeconfig.read_text().replace(plane.server, server))
        self._process = OperatorProcess(folder, environment={"KUBECONFIG": str(kubeconfig)})

    @property
    def running(self) -> bool:
        """Whether it works."""
        return self._process.running

    async def start(self) -> None:
        """Start it."""
        await self._process.start()
        await self._process.ready()

    async def kill(self) -> None:
        """Kill it.

        Raises:
            AssertionError: It told of a fault.
        """
        await self._process.kill()
        assert "Traceback" not in self._process.text(), self._process.text()[-8000:]
