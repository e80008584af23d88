"""Runs the process that reads packs and archives: nothing on its way in or out but two files in memory.

What a server sends is written down first and read afterwards, so that a server that drips keeps no process, and a
process has no connection. It runs without an environment, in `/`, and limits itself before it looks at the pack.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from vidra.api.reasons import Reason
from vidra.sources.folders import ROOT
from vidra.sources.limits import SourceLimits
from vidra.sources.protocol import Files, Form, SourceError
from vidra.sources.sandbox.jobs import write_job
from vidra.sources.transport.limits import MIB

_AT_ONCE = 2
_SMALL = MIB
"""Bytes that always fit: folders of ordinary size do not wait for a download that is large or drips."""
_COMMAND = (sys.executable, "-I", "-m", "vidra.sources.sandbox")
_NAMES = ("entries", "units", "files", "file", "text", "depth", "unpacked", "ratio", "memory", "cpu")


class _Spooled:
    """What all files of this kind hold now."""

    total = 0


_spooled = _Spooled()


class Spool:
    """A file in memory, with a job at its start and behind it what has to be read."""

    def __init__(self, job: Mapping[str, Any], limits: SourceLimits) -> None:
        self._most = 2 * limits.received
        self._size = 0
        self._file = os.memfd_create("download", os.MFD_CLOEXEC)
        job = {**job, "limits": {name: getattr(limits, name) for name in _NAMES}}
        self.write(write_job(job))

    def write(self, piece: bytes) -> None:
        """Put a piece to the others.

        Raises:
            SourceError: All sources together are downloading too much at the moment.
        """
        self._size += len(piece)
        _spooled.total += len(piece)
        if _spooled.total > self._most and self._size > _SMALL:
            message = "other sources are downloading so much at the moment that this one has to wait; it is tried again"
            raise SourceError(Reason.SOURCE_ERROR, message)
        rest = memoryview(piece)
        while rest:
            rest = rest[os.write(self._file, rest) :]

    def fileno(self) -> int:
        """Its descriptor."""
        return self._file

    def close(self) -> None:
        """Forget it."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)
            _spooled.total -= self._size


class Sandbox:
    """Few such processes at a time.

    Args:
        limits: What they may do.
    """

    def __init__(self, limits: SourceLimits) -> None:
        self.limits = limits
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._running: set[asyncio.subprocess.Process] = set()

    async def run(self, spool: Spool, what: str) -> tuple[dict[str, Any], bytes]:
        """The answer to a job, and the texts behind it.

        Args:
            what: Where it is from, for messages.

        Raises:
            SourceError: What has to be read is broken, or beyond a limit.
        """
        async with self._slots:
            out = os.memfd_create("answer", os.MFD_CLOEXEC)
            try:
                code = await self._once(spool, out, what)
                answer = os.pread(out, os.fstat(out).st_size, 0)
            finally:
                os.close(out)
        return self._read(answer, code, what)

    async def close(self) -> None:
        """End those that are at work."""
        for process in list(self._running):
            _kill(process)

    async def _once(self, spool: Spool, out: int, what: str) -> int:
        process = await asyncio.create_subprocess_exec(
            *_COMMAND,
            stdin=spool.fileno(),
            stdout=out,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
        self._running.add(process)
        try:
            return await asyncio.wait_for(process.wait(), self.limits.download)
        except TimeoutError:
            raise self.limits.exceeded("download", f"reading {what} takes longer") from None
        finally:
            _kill(process)
            await asyncio.shield(process.wait())
            self._running.discard(process)

    def _read(self, answer: bytes, code: int, what: str) -> tuple[dict[str, Any], bytes]:
        if code == -signal.SIGXCPU:
            raise self.limits.exceeded("cpu", f"reading {what} takes more seconds of the processor")
        line, _, texts = answer.partition(b"\n")
        if code or not line:
            # Where there is not even the memory to say so, or the kernel ended it for that; or a fault of Vidra.
            raise self.limits.exceeded("memory", f"{what} cannot be read; perhaps that takes more memory")
        said = msgspec.json.decode(line, type=dict[str, Any])
        if "error" in said:
            raise error_of(said, self.limits, what)
        return said, texts


def content_of(unit: str, form: Form, text: bytes, sizes: Sequence[tuple[str, int]]) -> bytes | Files:
    """What a unit is made of, out of what the process answers.

    Args:
        sizes: Path and size of each file, where it is no text of manifests.
    """
    if form is Form.MANIFESTS:
        return text
    start = "" if unit == ROOT or form is Form.KUSTOMIZATION else f"{unit}/"
    files: dict[str, bytes] = {}
    place = 0
    for path, size in sizes:
        files[path.removeprefix(start)] = text[place : place + size]
        place += size
    return Files(files, "" if unit == ROOT or form is Form.CHART else unit)


def error_of(said: Mapping[str, Any], limits: SourceLimits, what: str) -> SourceError:
    """What the process says is wrong, as an error."""
    text, limit = str(said["error"]), said.get("limit")
    if limit:
        return limits.exceeded(limit, text)
    return SourceError(Reason.TOO_LARGE if limit == "" else Reason.UNSUPPORTED_CONTENT, f"{what}: {text}")


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        if process.returncode is None:
            process.kill()
