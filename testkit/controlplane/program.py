"""One running program of the control plane, its log, and its end."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from testkit.controlplane.errors import ControlPlaneError

_LAUNCH: Final = Path(__file__).with_name("launch.py")
_TAIL: Final = 15


class Program:
    """A child process that writes to a log file and does not outlive this process.

    Args:
        name: What it is called, and its log, if not as its file.
    """

    def __init__(
        self,
        binary: Path,
        flags: Sequence[str],
        logs: Path,
        environment: Mapping[str, str] | None = None,
        *,
        name: str = "",
    ) -> None:
        self.name = name or binary.name
        self._command = (str(binary), *flags)
        self._environment = environment or {}
        self._log = logs / f"{self.name}.log"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def running(self) -> bool:
        """Whether the program was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start the program; its log goes on where it ended."""
        assert not self.running, f"{self.name} runs already"
        with self._open_log() as log:
            launch = (sys.executable, "-I", "-S", str(_LAUNCH), str(os.getpid()))
            self._process = await asyncio.create_subprocess_exec(
                *launch,
                *self._command,
                env={**os.environ, **self._environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for who uses the control plane, who then stops it
            )

    async def stop(self) -> None:
        """End the program and its children at once: what it would still write is thrown away, or safe in etcd."""
        if self._process is not None and self.running:
            os.killpg(self._process.pid, signal.SIGKILL)  # its session is its own
            await self._process.wait()

    @contextmanager
    def halted(self) -> Iterator[None]:
        """Have it stand still for as long as this lasts: its connections stay open, and nothing is answered."""
        assert self._process is not None, f"{self.name} does not run"
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def must_run(self) -> None:
        """Check that the program lives.

        Raises:
            ControlPlaneError: It has ended.
        """
        if not self.running:
            raise ControlPlaneError(f"{self.name} ended on its own. The last lines of its log:\n{self.tail()}")

    def tail(self) -> str:
        """Return the last lines of the log."""
        return "\n".join(self.log().splitlines()[-_TAIL:])

    def log(self) -> str:
        """Return all that it wrote."""
        return self._log.read_text(errors="replace")

    def _open_log(self) -> BinaryIO:
        return self._log.open("ab")
