"""Download a released program, and take it only when it is what was released."""

import hashlib
import http.client
import queue
import re
import shutil
import tarfile
import threading
import urllib.request
from pathlib import Path
from typing import Final

from toolchain.errors import ChecksumMismatchError, UnreachableError
from toolchain.progress import heartbeat
from toolchain.releases import Release

_CONNECT: Final = 3.0
_ANSWER: Final = 6.0
"""Seconds in which the checksum must be here: looking up a name has no time-out, and a host may have many addresses."""
_STALL: Final = 20.0
_PIECE: Final = 1 << 20


def download(release: Release, to: Path) -> None:
    """Write the released program to the path.

    Raises:
        UnreachableError: The release cannot be had from here.
        ChecksumMismatchError: The file is not the one that was released.
    """
    name = release.url.rpartition("/")[2]
    expected = _checksum(release.checksums, name)
    archive = to.with_name(f"{to.name}.download")
    with heartbeat(f"downloading {name}", usually="some seconds"):
        actual = _stream(release.url, archive)
    if actual != expected:
        archive.unlink()
        raise ChecksumMismatchError(
            f"{release.url} has the checksum {actual}, and {expected} was released: something between here and there "
            "changes files, so nothing of it was kept. Try again on another network."
        )
    if release.member:
        _extract(archive, release.member, to)
    else:
        archive.replace(to)


def _checksum(url: str, name: str) -> str:
    text = _soon(url)
    lines = (line.split() for line in text.splitlines())
    sums = [words[0] for words in lines if len(words) == 1 or words[1:] == [name]]
    if not sums or not re.fullmatch(r"[0-9a-f]{64}", sums[0]):
        raise UnreachableError(f"{url} names no checksum for {name}.")
    return sums[0]


def _soon(url: str) -> str:
    answer: queue.Queue[str | Exception] = queue.Queue()

    def ask() -> None:
        try:
            with _open(url, _CONNECT) as response:
                answer.put(response.read(_PIECE).decode())
        except (OSError, http.client.HTTPException, ValueError) as error:
            answer.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        got = answer.get(timeout=_ANSWER)
    except queue.Empty:
        got = TimeoutError("no answer in time")
    if isinstance(got, Exception):
        raise UnreachableError(f"{url} cannot be had from here ({getattr(got, 'reason', got)}).")
    return got


def _stream(url: str, to: Path) -> str:
    digest = hashlib.sha256()
    try:
        with _open(url, _STALL) as response, to.open("wb") as file:
            while piece := response.read(_PIECE):
                digest.update(piece)
                file.write(piece)
    except (OSError, http.client.HTTPException) as error:
        raise UnreachableError(f"{url} broke off ({error}).") from error
    return digest.hexdigest()


def _extract(archive: Path, member: str, to: Path) -> None:
    with tarfile.open(archive) as tar, to.open("wb") as file:
        inside = tar.extractfile(member)
        assert inside is not None, f"{member} is no file in {archive.name}"
        shutil.copyfileobj(inside, file)
    archive.unlink()


def _open(url: str, timeout: float) -> http.client.HTTPResponse:
    response = urllib.request.urlopen(url, timeout=timeout)  # noqa: S310 — the addresses are ours
    assert isinstance(response, http.client.HTTPResponse)
    return response
