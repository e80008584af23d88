"""Runs `vidra-render`: a process for each render, with nothing on its way in or out but two files in memory.

Invariant: what is rendered cannot outlive who asked, nor keep others from being rendered for longer than its limits.
The program takes the rest away from itself (`renderer/confine.go`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path

from vidra.render.errors import RendererMissingError, RenderError, RenderFault
from vidra.render.limits import RENDER_LIMITS, RenderLimits
from vidra.render.program import find_program
from vidra.render.rendered import Rendered
from vidra.render.request import RenderRequest
from vidra.render.wire import read_answer, write_request

_AT_ONCE = 2
_NO_MEMORY = 2
"""Exit code of Go's runtime where there is no memory left."""
_CANNOT_CONFINE = 10
"""Exit codes of `renderer/main.go`."""
_CANNOT_ANSWER = 11


class ProcessRenderer:
    """Few such processes at a time.

    Args:
        program: Path of `vidra-render`; None: where `find_program` finds it, at each render.
        limits: What each may do.
    """

    def __init__(self, program: Path | None = None, limits: RenderLimits = RENDER_LIMITS) -> None:
        self._program = program
        self._limits = limits
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._running: set[Process] = set()

    async def render(self, request: RenderRequest) -> Rendered:
        """The text. Cancelling it ends the process.

        Raises:
            RenderError: There is none.
        """
        async with self._slots:
            program = self._program or find_program()
            asked = os.memfd_create("request", os.MFD_CLOEXEC)
            answer = os.memfd_create("answer", os.MFD_CLOEXEC)
            try:
                await self._write(request, asked)
                code = await self._once(program, asked, answer)
                return self._read(answer, code)
            finally:
                os.close(asked)
                os.close(answer)

    async def close(self) -> None:
        """End those that are at work."""
        for process in list(self._running):
            _kill(process)

    async def _write(self, request: RenderRequest, to: int) -> None:
        """Put the request into a file, with turns for others between its pieces."""
        size, most = 0, 2 * self._limits.input
        for piece in write_request(request):
            size += len(piece)
            if size > most:
                message = f"what is to be rendered has more than {self._limits.input:,} bytes; make it less"
                raise RenderError(RenderFault.TOO_LARGE, message)
            rest = memoryview(piece)
            while rest:
                rest = rest[os.write(to, rest) :]
            await asyncio.sleep(0)
        os.lseek(to, 0, os.SEEK_SET)

    async def _once(self, program: Path, asked: int, answer: int) -> int:
        try:
            process = await asyncio.create_subprocess_exec(
                program,
                *self._arguments(),
                stdin=asked,
                stdout=answer,
                stderr=DEVNULL,
                env={},
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise RendererMissingError(f"{program} cannot be run: {error.strerror}") from None
        self._running.add(process)
        try:
            return await asyncio.wait_for(process.wait(), self._limits.wall)
        except TimeoutError:
            message = f"rendering takes longer than {self._limits.wall:g} seconds"
            raise RenderError(RenderFault.TOO_LONG, message) from None
        finally:
            _kill(process)
            await asyncio.shield(process.wait())
            self._running.discard(process)

    def _arguments(self) -> list[str]:
        limits = self._limits
        return [
            f"-{name}={getattr(limits, name)}"
            for name in ("memory", "cpu", "input", "files", "file", "output", "objects")
        ]

    def _read(self, answer: int, code: int) -> Rendered:
        if code == 0:
            return read_answer(os.pread(answer, os.fstat(answer).st_size, 0))
        raise self._ended(code)

    def _ended(self, code: int) -> RenderError:
        """Why there is no answer."""
        if code == _CANNOT_CONFINE:
            message = "the renderer cannot give up its rights here (seccomp, limits), and so it renders nothing"
            return RendererMissingError(f"{message}; Linux on amd64 or arm64, with seccomp, is needed")
        if code in {_CANNOT_ANSWER, -signal.SIGXFSZ}:
            return RenderError(RenderFault.TOO_LARGE, f"what comes out has more than {self._limits.output:,} bytes")
        if code in {_NO_MEMORY, -signal.SIGKILL}:
            message = f"rendering takes more than {self._limits.memory:,} bytes of memory, or does not end"
            return RenderError(RenderFault.TOO_LARGE, message)
        return RenderError(RenderFault.FAILED, f"the renderer ended with the code {code} and without an answer")


def _kill(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        if process.returncode is None:
            process.kill()
