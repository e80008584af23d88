"""Asks for objects, and takes the pack out of the answer, in version 2 of the protocol and before: pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vidra.sources.git.advertisement import Advertisement
from vidra.sources.git.pkt_line import Mark, NoPacketsError, Packet, PacketReader, packets

_AGENT = "agent=vidra"
_WANTED = ("side-band-64k", "ofs-delta", "no-progress")


class RemoteError(Exception):
    """The server says what is wrong, in its own words."""


def wants(said: Advertisement, identities: Sequence[str], *, commit: bool, bare: bool) -> bytes:
    """A request for objects.

    Args:
        commit: They are commits, of which the history is left out if the server can do that.
        bare: Leave out the files.
    """
    asked = [f"want {identity}\n" for identity in identities]
    deepen = ["deepen 1\n"] if commit and said.shallow else []
    filtered = ["filter blob:none\n"] if bare and said.filters else []
    if said.version == 2:
        head = ("command=fetch\n", _AGENT, "object-format=sha1", Mark.DELIMITER, "no-progress\n", "ofs-delta\n")
        return packets((*head, *asked, *deepen, *filtered, "done\n", Mark.FLUSH))
    able = " ".join((*(name for name in _WANTED if name in said.capabilities), _AGENT))
    asked[0] = f"{asked[0].rstrip()} {able}\n"
    return packets((*asked, *deepen, Mark.FLUSH, "done\n"))


class PackReader:
    """Takes the pack out of an answer as it arrives."""

    def __init__(self, version: int, *, shallow: bool) -> None:
        self._packets = PacketReader()
        self._in_pack = False
        self._version = version
        self._shallow = shallow
        self.ended = False
        """Whether the server said that this was all."""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The pieces of the pack in this piece.

        Raises:
            NoPacketsError: The answer is not in Git's protocol.
            RemoteError: The server refuses.
        """
        for item in self._packets.feed(chunk):
            if isinstance(item, bytes) and item.startswith(b"ERR "):
                raise RemoteError(item[4:].decode(errors="replace").strip())
            if self._in_pack:
                yield from self._piece(item)
            else:
                self._before(item)

    def _before(self, item: Packet) -> None:
        if self._version == 2:
            self._in_pack = item == b"packfile\n"
        elif item is Mark.FLUSH and self._shallow:
            self._shallow = False
        elif item in {b"NAK\n", b"NAK"}:
            self._in_pack = True
        elif isinstance(item, Mark) or not item.startswith((b"shallow ", b"unshallow ", b"ACK ")):
            raise NoPacketsError("the answer is not in Git's protocol")

    def _piece(self, item: Packet) -> Iterator[bytes]:
        if isinstance(item, Mark):
            self.ended = True
        elif item[:1] == b"\1":
            yield item[1:]
        elif item[:1] == b"\3":
            raise RemoteError(item[1:].decode(errors="replace").strip())
        elif item[:1] != b"\2":
            raise NoPacketsError("the answer is not in Git's protocol")
