"""The objects of a pack (gitformat-pack), by their ids: pure.

Every id is computed from the content, so an object is what was asked for, or it is not there. What is larger than the
largest object is measured and hashed piece by piece, and never held.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from vidra.sources.sandbox.delta import apply_delta
from vidra.sources.sandbox.errors import BrokenPackError, LimitError, MissingObjectError

KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_OFFSET_DELTA, _ID_DELTA = 6, 7
_ID = 20
_SLICE = 64 * 1024
_CACHE = 64 * 1024 * 1024
LARGEST = 32 * 1024 * 1024
"""Bytes of an object that is held in memory."""

Data = bytes | memoryview


class _Entry(NamedTuple):
    """One object as it is stored."""

    kind: int
    start: int
    """Where its compressed bytes begin."""
    size: int
    base: int | bytes
    """Offset or id of what it is a difference from; 0 for a whole object."""


class Pack:
    """What is in a pack.

    Args:
        unpacked: Most bytes that all objects may be together.

    Raises:
        BrokenPackError: The bytes are no pack.
        LimitError: Its objects are more bytes than that.
    """

    def __init__(self, data: Data, unpacked: int) -> None:
        self._data = memoryview(data)
        self._left = unpacked
        self._entries: dict[int, _Entry] = {}
        self._ids: dict[bytes, int] = {}
        self._cache = _Cache(_CACHE)
        self._read(self._count())
        self._resolve()

    def size(self, identity: bytes) -> int | None:
        """Bytes of an object, without holding it; None for one that is stored as a difference."""
        entry = self._entries[self._offset(identity)]
        return entry.size if entry.kind in KINDS else None

    def get(self, identity: bytes, kind: str) -> bytes:
        """The content of an object.

        Raises:
            MissingObjectError: The pack has no such object of this kind.
            LimitError: It is larger than the largest object.
        """
        found, content = self._content(self._offset(identity))
        if KINDS[found] != kind:
            raise MissingObjectError(f"the object {identity.hex()} is no {kind}")
        return content

    def _offset(self, identity: bytes) -> int:
        try:
            return self._ids[identity]
        except KeyError:
            raise MissingObjectError(f"the answer lacks the object {identity.hex()}, or it is too large") from None

    def _count(self) -> int:
        data = self._data
        if len(data) < 12 + _ID or bytes(data[:4]) != b"PACK" or bytes(data[4:8]) not in {b"\0\0\0\2", b"\0\0\0\3"}:
            raise BrokenPackError("the answer holds no pack of Git")
        if hashlib.sha1(data[:-_ID], usedforsecurity=False).digest() != bytes(data[-_ID:]):
            raise BrokenPackError("the pack is damaged, or not complete")
        return int.from_bytes(data[8:12], "big")

    def _read(self, count: int) -> None:
        place = 12
        for _ in range(count):
            offset = place
            entry, start = self._head(offset)
            place = start
            digest = hashlib.sha1(f"{KINDS.get(entry.kind)} {entry.size}\0".encode(), usedforsecurity=False)
            for piece, end in self._inflated(entry):
                digest.update(piece)
                place = end
            self._entries[offset] = entry
            if entry.kind in KINDS:
                self._ids[digest.digest()] = offset
        if place != len(self._data) - _ID:
            raise BrokenPackError("the pack holds more than it announces")

    def _head(self, offset: int) -> tuple[_Entry, int]:
        data, place = self._data, offset
        try:
            byte = data[place]
            kind, size, shift = byte >> 4 & 7, byte & 15, 4
            while byte & 0x80 and shift < 63:
                place += 1
                byte = data[place]
                size |= (byte & 0x7F) << shift
                shift += 7
            base, place = self._base(kind, offset, place + 1)
        except IndexError:
            raise BrokenPackError("the pack ends too early") from None
        if kind not in KINDS and kind not in {_OFFSET_DELTA, _ID_DELTA}:
            raise BrokenPackError("the pack holds an object of an unknown kind")
        self._left -= size
        if self._left < 0:
            raise LimitError("unpacked", "the objects of the repository are more bytes")
        return _Entry(kind, place, size, base), place

    def _base(self, kind: int, offset: int, place: int) -> tuple[int | bytes, int]:
        data = self._data
        if kind == _ID_DELTA:
            return bytes(data[place : place + _ID]), place + _ID
        if kind != _OFFSET_DELTA:
            return 0, place
        byte = data[place]
        back = byte & 0x7F
        while byte & 0x80:
            place += 1
            byte = data[place]
            back = (back + 1) << 7 | byte & 0x7F
        if offset - back not in self._entries:
            raise BrokenPackError("the pack holds a difference from nothing")
        return offset - back, place + 1

    def _inflated(self, entry: _Entry) -> Iterator[tuple[bytes, int]]:
        """The content piece by piece, with the place behind what has been read."""
        stream, place, seen, end = zlib.decompressobj(), entry.start, 0, len(self._data) - _ID
        pending, step = b"", min(_SLICE, entry.size + entry.size // 1000 + 64)
        while not stream.eof:
            if not pending:
                if place >= end:
                    raise BrokenPackError("the pack ends too early")
                pending = bytes(self._data[place : min(place + step, end)])
                place += len(pending)
            try:
                piece = stream.decompress(pending, _SLICE)
            except zlib.error:
                raise BrokenPackError("the pack holds an object that cannot be unpacked") from None
            pending = stream.unconsumed_tail
            seen += len(piece)
            if seen > entry.size:
                raise BrokenPackError("an object is larger than it announces")
            yield piece, place - len(stream.unused_data)
        if seen != entry.size:
            raise BrokenPackError("an object is smaller than it announces")

    def _resolve(self) -> None:
        """Find out the ids of what is stored as a difference; a base may come later than what needs it."""
        waiting = [offset for offset, entry in self._entries.items() if entry.kind not in KINDS]
        while waiting:
            later = [offset for offset in waiting if not self._identify(offset)]
            if len(later) == len(waiting):
                break  # their bases are not here, or too large; so neither are they
            waiting = later

    def _identify(self, offset: int) -> bool:
        try:
            kind, content = self._content(offset)
        except (MissingObjectError, LimitError):
            return False
        head = f"{KINDS[kind]} {len(content)}\0".encode()
        self._ids[hashlib.sha1(head + content, usedforsecurity=False).digest()] = offset
        return True

    def _content(self, offset: int) -> tuple[int, bytes]:
        chain: list[int] = []
        while (found := self._cache.get(offset)) is None:
            entry = self._entries[offset]
            if entry.kind in KINDS:
                found = entry.kind, self._whole(entry)
                self._cache.put(offset, found)
                break
            chain.append(offset)
            offset = entry.base if isinstance(entry.base, int) else self._offset(entry.base)
            if len(chain) > len(self._entries):
                raise BrokenPackError("the pack holds objects that are differences from each other")
        kind, content = found
        for link in reversed(chain):
            content = apply_delta(content, self._whole(self._entries[link]), LARGEST)
            self._cache.put(link, (kind, content))
        return kind, content

    def _whole(self, entry: _Entry) -> bytes:
        if entry.size > LARGEST:
            raise LimitError("", "an object is too large")
        return b"".join(piece for piece, _ in self._inflated(entry))


class _Cache:
    """The contents that were used last, up to so many bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[int, tuple[int, bytes]] = OrderedDict()

    def get(self, key: int) -> tuple[int, bytes] | None:
        found = self._held.get(key)
        if found is not None:
            self._held.move_to_end(key)
        return found

    def put(self, key: int, value: tuple[int, bytes]) -> None:
        self._held[key] = value
        self._most -= len(value[1])
        while self._most < 0:
            _, (_, content) = self._held.popitem(last=False)
            self._most += len(content)
