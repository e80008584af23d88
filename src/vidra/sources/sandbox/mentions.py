"""Which of some words a file holds, when it is unpacked: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vidra.sources.sandbox.inflate import Data, Inflated

_SLICE = 64 * 1024


def mentioned(data: Data, words: Iterable[str], limits: Mapping[str, int]) -> list[str]:
    """The words that are in it, in their order.

    Raises:
        BrokenPackError: It cannot be unpacked.
        LimitError: There is more in it than Vidra reads.
    """
    wanted = {word: word.encode() for word in words}
    found: set[str] = set()
    longest = max(map(len, wanted.values()), default=1)
    stream, tail = Inflated(data, limits), b""
    while piece := stream.read(_SLICE):
        text = tail + piece
        found.update(word for word, encoded in wanted.items() if encoded in text)
        tail = text[1 - longest :] if longest > 1 else b""
    return [word for word in wanted if word in found]
