"""The real `vidra operator` as a process of its own, to be started, asked, and ended in every way there is.

What is installed here is forked (`testkit.forks`); another program is started.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from testkit.controlplane import ControlPlane
from testkit.controlplane.ports import free_port
from testkit.forks import Child, Command, forks, written
from testkit.patience import HANG

_LAUNCH = Path(__file__).parent / "controlplane" / "launch.py"
_POLL = 0.02


HERE = (sys.executable, "-m", "vidra")
"""The command as it is installed where the tests are."""


class OperatorProcess:
    """One process; it does not outlive this one. Its log is read while it is written.

    Args:
        flags: All of them; without any, its probes and metrics are on free ports.
        more: Further ones.
        program: What is the command `vidra`.
    """

    def __init__(
        self,
        folder: Path,
        *flags: str,
        more: Sequence[str] = (),
        environment: Mapping[str, str],
        program: Sequence[str] = HERE,
    ) -> None:
        self.health = f"127.0.0.1:{free_port()}"
        self.metrics = f"127.0.0.1:{free_port()}"
        own = flags or (f"--health-probe-bind-address={self.health}", f"--metrics-bind-address={self.metrics}")
        self._flags = (*own, *more)
        self._environment = environment
        self._program = program
        self._log = folder / f"operator-{self.health.rpartition(':')[2]}.log"
        self._process: asyncio.subprocess.Process | Child | None = None

    @property
    def kubeconfig(self) -> Path:
        """What it reaches the cluster with."""
        return Path(self._environment["KUBECONFIG"])

    @classmethod
    def over(
        cls, plane: ControlPlane, folder: Path, *more: str, kubeconfig: Path | None = None, **environment: str
    ) -> OperatorProcess:
        """An operator of a control plane, with its probes and metrics on free ports; the administrator by default."""
        known = {"KUBECONFIG": str(kubeconfig or plane.kubeconfig), **environment}
        return cls(folder, more=more, environment=known)

    async def start(self) -> None:
        """Start it; returns at once."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("KUBE", "POD_"))}
        environment = {**inherited, **self._environment}
        with self._log.open("ab") as log, written() as nothing:
            if self._program == HERE:
                command = Command(("operator", *self._flags), environment, str(Path.cwd()))
                self._process = await forks().start(command, nothing.fileno(), log.fileno(), log.fileno())
                return
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(_LAUNCH), str(os.getpid())),
                *(*self._program, "operator", *self._flags),
                env=environment,
                stdin=nothing,
                stdout=log,
                stderr=log,
            )

    async def ready(self, seconds: float = HANG) -> float:
        """Wait until /readyz says ok; gives the seconds it took."""
        return await self.until(self.is_ready, seconds)

    async def is_ready(self) -> bool:
        """What /readyz says now."""
        return (await self.ask(self.health, "/readyz"))[0] == 200

    async def ask(self, address: str, path: str) -> tuple[int, str]:
        """Status and text of an answer; status 0 when there is none."""
        try:
            async with aiohttp.request("GET", f"http://{address}{path}") as answer:
                return answer.status, await answer.text()
        except aiohttp.ClientError:
            return 0, ""

    async def metric(self, name: str) -> float:
        """The sum of a metric over its labels; 0 while there is none."""
        _, text = await self.ask(self.metrics, "/metrics")
        return sum(
            float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith((name + "{", name + " "))
        )

    async def until_said(self, *words: str, seconds: float = HANG) -> dict[str, Any]:
        """Wait for a log line with all these words in it."""
        found: list[dict[str, Any]] = []

        async def said() -> bool:
            found.extend(line for line in self.lines() if all(word in str(line) for word in words))
            return bool(found)

        await self.until(said, seconds)
        return found[0]

    async def until(self, check: Callable[[], Any], seconds: float = HANG) -> float:
        """Wait until a check says yes; gives the seconds it took.

        Raises:
            AssertionError: The process ended, or the time is over.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not await check():
            assert self.running, f"the operator ended with {self.code}:\n{self.text()}"
            assert loop.time() - began < seconds, f"not after {seconds:g} s:\n{self.text()}"
            await asyncio.sleep(_POLL)
        return loop.time() - began

    async def kill(self) -> None:
        """End it as the kernel does, at once; nothing happens when it has ended."""
        if self.running:
            self._signal(signal.SIGKILL)
            await self.ended()

    async def terminate(self) -> int:
        """Ask it to end, as a kubelet does; gives the exit code."""
        self._signal(signal.SIGTERM)
        return await self.ended()

    async def ended(self, seconds: float = HANG) -> int:
        """Wait for its end; gives the exit code."""
        assert self._process is not None
        async with asyncio.timeout(seconds):
            return await self._process.wait()

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit code, once there is one."""
        return self._process.returncode if self._process else None

    def text(self) -> str:
        """Everything that it wrote."""
        return self._log.read_text() if self._log.exists() else ""

    def lines(self) -> list[dict[str, Any]]:
        """Its log lines; what is no JSON is left out."""
        return [
            msgspec.json.decode(line)
            for line in self.text().splitlines()
            if line.startswith("{") and line.endswith("}")
        ]

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
