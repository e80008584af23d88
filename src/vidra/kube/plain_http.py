"""One HTTP/1.1 GET after the other over one connection: what `reader.py` needs of a client, and quick to import.

`http.client` reads headers with a parser for mail, which takes longer to import than a command may take to answer.
"""

from __future__ import annotations

import socket
import ssl
from io import BufferedReader
from typing import NamedTuple
from urllib.parse import SplitResult

LINE = 1 << 16
"""Bytes of a status line, a header or the size of a chunk."""
HEADERS = 200
LARGEST = 1 << 30
"""Bytes of one answer: a person's own cluster may have much to list."""


class BrokenAnswerError(ConnectionError):
    """What answers does not speak HTTP/1.1, or broke off."""


class Answer(NamedTuple):
    """An answer that was received whole."""

    status: int
    reason: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


class PlainHttp:
    """A connection, opened by the first request.

    Args:
        place: The server's address.
        context: For https.
        expected: The name that its certificate must be for.
        timeout: Seconds to connect, and without a byte of the answer.
    """

    def __init__(self, place: SplitResult, context: ssl.SSLContext | None, expected: str, timeout: float) -> None:
        self._host = place.hostname or ""
        self._address = (self._host, place.port or (443 if context else 80))
        self._authority = place.netloc.rpartition("@")[2]
        self._context = context
        self._expected = expected
        self._timeout = timeout
        self._socket: socket.socket | None = None
        self._answers: BufferedReader | None = None

    def get(self, target: str, headers: dict[str, str]) -> Answer:
        """Ask, and receive the whole answer.

        Raises:
            OSError: There is none.
        """
        lines = [f"GET {target} HTTP/1.1", f"Host: {self._authority}", *(f"{k}: {v}" for k, v in headers.items())]
        if any("\r" in line or "\n" in line for line in lines):
            raise BrokenAnswerError("a line break in a header")
        answers = self._connected()
        assert self._socket is not None
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        answer = _received(answers)
        if answer.headers.get("connection", "").lower() == "close":
            self.close()
        return answer

    def close(self) -> None:
        """Close the connection; the next request opens another one."""
        if self._answers:
            self._answers.close()
        if self._socket:
            self._socket.close()
        self._answers = self._socket = None

    def _connected(self) -> BufferedReader:
        if self._answers is None:
            plain = socket.create_connection(self._address, self._timeout)
            try:
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._socket = (
                    self._context.wrap_socket(plain, server_hostname=self._expected) if self._context else plain
                )
            except BaseException:
                plain.close()
                raise
            self._answers = self._socket.makefile("rb")
        return self._answers


def _received(answers: BufferedReader) -> Answer:
    while True:
        version, _, rest = _line(answers).partition(" ")
        status, _, reason = rest.partition(" ")
        if not version.startswith("HTTP/1.") or not status.isdecimal():
            raise BrokenAnswerError("the answer is not HTTP")
        headers = _headers(answers)
        if int(status) >= 200:
            return Answer(int(status), reason, headers, _body(answers, int(status), headers))


def _headers(answers: BufferedReader) -> dict[str, str]:
    found: dict[str, str] = {}
    while line := _line(answers):
        name, _, value = line.partition(":")
        found[name.strip().lower()] = value.strip()
        if len(found) > HEADERS:
            raise BrokenAnswerError("the answer has too many headers")
    return found


def _body(answers: BufferedReader, status: int, headers: dict[str, str]) -> bytes:
    if status in {204, 304}:
        return b""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _chunks(answers)
    length = headers.get("content-length", "")
    if not length.isdecimal():
        raise BrokenAnswerError("the answer does not say how long it is")
    return _exactly(answers, int(length))


def _chunks(answers: BufferedReader) -> bytes:
    chunks, whole = [], 0
    while size := _size(_line(answers)):
        whole += size
        if whole > LARGEST:
            raise BrokenAnswerError("the answer is too large")
        chunks.append(_exactly(answers, size))
        _line(answers)
    _headers(answers)
    return b"".join(chunks)


def _size(line: str) -> int:
    digits = line.partition(";")[0].strip()
    if not digits or digits.strip("0123456789abcdefABCDEF"):
        raise BrokenAnswerError("the answer is not HTTP")
    return int(digits, 16)


def _exactly(answers: BufferedReader, size: int) -> bytes:
    if size > LARGEST:
        raise BrokenAnswerError("the answer is too large")
    found = answers.read(size)
    if len(found) < size:
        raise BrokenAnswerError("the answer broke off")
    return found


def _line(answers: BufferedReader) -> str:
    line = answers.readline(LINE)
    if not line.endswith(b"\n"):
        raise BrokenAnswerError("the answer broke off" if len(line) < LINE else "the answer is not HTTP")
    return line.decode("latin-1").rstrip("\r\n")
