"""The packets of Git's protocols (gitprotocol-common, gitprotocol-pack): pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum


class Mark(Enum):
    """A packet without content."""

    FLUSH = b"0000"
    DELIMITER = b"0001"
    END = b"0002"


Packet = bytes | Mark
_MARKS = {0: Mark.FLUSH, 1: Mark.DELIMITER, 2: Mark.END}


class NoPacketsError(ValueError):
    """What was received are no packets of Git."""


def packet(content: str | bytes) -> bytes:
    """One packet."""
    data = content.encode() if isinstance(content, str) else content
    return f"{len(data) + 4:04x}".encode() + data


def packets(parts: Iterable[str | bytes | Mark]) -> bytes:
    """Several of them, in a row."""
    return b"".join(part.value if isinstance(part, Mark) else packet(part) for part in parts)


class PacketReader:
    """Divides what arrives, in whatever pieces, into packets."""

    def __init__(self) -> None:
        self._pending = bytearray()

    @property
    def complete(self) -> bool:
        """Whether nothing of a packet is outstanding."""
        return not self._pending

    def feed(self, chunk: bytes) -> Iterator[Packet]:
        """The packets that are complete with this piece.

        Raises:
            NoPacketsError: These are no packets.
        """
        self._pending += chunk
        place = 0
        try:
            while len(self._pending) - place >= 4:
                length = _length(bytes(self._pending[place : place + 4]))
                if length in _MARKS:
                    place += 4
                    yield _MARKS[length]
                elif len(self._pending) - place < length:
                    break
                else:
                    content = bytes(self._pending[place + 4 : place + length])
                    place += length
                    yield content
        finally:
            del self._pending[:place]


def read_all(data: bytes) -> list[Packet]:
    """All packets of a whole answer.

    Raises:
        NoPacketsError: These are no packets, or the last one is not complete.
    """
    reader = PacketReader()
    found = list(reader.feed(data))
    if not reader.complete:
        raise NoPacketsError("the answer ends in the middle of a packet")
    return found


def _length(digits: bytes) -> int:
    try:
        length = int(digits, 16)
    except ValueError:
        length = -1
    if length in {-1, 3} or not digits.isalnum():
        raise NoPacketsError("the answer is not in Git's protocol")
    return length
