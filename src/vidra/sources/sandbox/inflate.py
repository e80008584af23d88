"""Bytes that may be compressed, unpacked as they are asked for, within limits: pure."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from vidra.sources.sandbox.errors import BrokenPackError, LimitError

_GZIP = b"\x1f\x8b"
_SLICE = 64 * 1024
_FREE = 16 * 1024 * 1024
"""Bytes that may be any number of times what they were packed."""

Data = bytes | memoryview


class Inflated:
    """A file to read from, forwards.

    Args:
        limits: Those of `SourceLimits`, by name.
    """

    def __init__(self, data: Data, limits: Mapping[str, int]) -> None:
        self._data = memoryview(data)
        self._limits = limits
        self._gzip = is_gzip(data)
        self._stream = zlib.decompressobj(wbits=31)
        self._place = 0
        self._pending = b""
        self._ready = bytearray()
        self._seen = 0

    def read(self, size: int) -> bytes:
        """The next so many bytes; fewer at the end.

        Raises:
            BrokenPackError: They cannot be unpacked.
            LimitError: They are more than may be unpacked.
        """
        while len(self._ready) < size and self._more():
            pass
        found = bytes(self._ready[:size])
        del self._ready[:size]
        return found

    def _more(self) -> bool:
        piece = self._unpacked() if self._gzip else self._next()
        self._seen += len(piece)
        self._ready += piece
        if self._seen > self._limits["unpacked"]:
            raise LimitError("unpacked", "the archive holds more bytes")
        if self._seen > _FREE and self._seen > self._limits["ratio"] * len(self._data):
            raise LimitError("ratio", "the archive grows by more times, when it is unpacked,")
        return bool(piece)

    def _next(self) -> bytes:
        found = bytes(self._data[self._place : self._place + _SLICE])
        self._place += len(found)
        return found

    def _unpacked(self) -> bytes:
        while True:
            if self._stream.eof:  # a file of gzip may be several, one behind the other
                rest = self._stream.unused_data or self._next()
                if not rest.strip(b"\0"):
                    return b""
                self._stream, self._pending = zlib.decompressobj(wbits=31), rest
            packed = self._pending or self._next()
            try:
                piece = self._stream.decompress(packed, _SLICE)
            except zlib.error:
                raise BrokenPackError("the archive cannot be unpacked") from None
            self._pending = self._stream.unconsumed_tail
            if piece:
                return piece
            if not packed and not self._stream.eof:
                raise BrokenPackError("the archive ends too early")


def is_gzip(data: Data) -> bool:
    """Whether bytes are packed by gzip."""
    return bytes(data[:2]) == _GZIP
