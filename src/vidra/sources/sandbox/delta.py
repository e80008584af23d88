"""An object that is stored as a difference from another one → its content: pure."""

from __future__ import annotations

from vidra.sources.sandbox.errors import BrokenPackError, LimitError

_WHOLE = 0x10000
"""What a copy without a size copies."""


def target_size(delta: bytes) -> int:
    """The size that the result announces.

    Raises:
        BrokenPackError: It announces none.
    """
    _, place = number(delta, 0)
    return number(delta, place)[0]


def apply_delta(base: bytes, delta: bytes, largest: int) -> bytes:
    """The content.

    Raises:
        BrokenPackError: The delta does not fit the base, or is none.
        LimitError: The result would be larger than the largest object.
    """
    expected, place = number(delta, 0)
    size, place = number(delta, place)
    if expected != len(base):
        raise BrokenPackError("a delta is for another object")
    if size > largest:
        raise LimitError("", "an object is too large")
    parts: list[bytes] = []
    length = 0
    while place < len(delta):
        part, place = _part(base, delta, place)
        length += len(part)
        if length > size:
            break
        parts.append(part)
    if length != size:
        raise BrokenPackError("a delta makes another size than it announces")
    return b"".join(parts)


def _part(base: bytes, delta: bytes, place: int) -> tuple[bytes, int]:
    code = delta[place]
    place += 1
    if not code & 0x80:
        if not code or place + code > len(delta):
            raise BrokenPackError("a delta cannot be read")
        return delta[place : place + code], place + code
    values = []
    for bit in range(7):
        value = 0
        if code & 1 << bit:
            if place >= len(delta):
                raise BrokenPackError("a delta ends too early")
            value = delta[place]
            place += 1
        values.append(value)
    start = int.from_bytes(values[:4], "little")
    count = int.from_bytes(values[4:], "little") or _WHOLE
    if start + count > len(base):
        raise BrokenPackError("a delta copies what its base does not have")
    return base[start : start + count], place


def number(data: bytes, place: int) -> tuple[int, int]:
    """A number in groups of seven bits, and where it ends.

    Raises:
        BrokenPackError: There is none.
    """
    value = shift = 0
    while place < len(data) and shift < 63:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, place
    raise BrokenPackError("a number of a delta does not end")
