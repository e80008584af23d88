"""One repository on its server: its refs, and its objects as a pack. How the bytes travel is for a `Wire`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Protocol

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason
from vidra.api.typed_json import LINE
from vidra.sources.git.advertisement import Advertisement, Ref, ls_refs, read_refs
from vidra.sources.git.fetching import PackReader, RemoteError, wants
from vidra.sources.git.pkt_line import NoPacketsError, Packet, PacketReader
from vidra.sources.protocol import SourceError
from vidra.sources.sandboxed import Spool
from vidra.sources.transport.limits import MIB

REFS_CAP = 32 * MIB


class Conversation(Protocol):
    """One greeting, and requests after it."""

    said: Advertisement

    def ask(self, request: bytes, cap: int, limit: str) -> AsyncGenerator[bytes, None]:
        """The pieces of an answer; to be closed by who reads them, so that no connection waits for the collector.

        Raises:
            SourceError: There is none, or it is over the cap.
        """
        ...


class Wire(Protocol):
    """How a server is reached."""

    def talk(self, *, fresh: bool) -> AbstractAsyncContextManager[Conversation]:
        """Greet the server.

        Args:
            fresh: Its refs are wanted, and an earlier greeting that holds them does not do.

        Raises:
            SourceError: It cannot be reached, or is no server of Git.
        """
        ...

    async def retire(self) -> None:
        """Close every connection once no request is under way."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


class Remote:
    """A repository on its server."""

    def __init__(self, url: str, wire: Wire, received: int) -> None:
        self.url = url
        self._wire = wire
        self._received = received

    async def refs(self, prefixes: Sequence[str]) -> dict[str, Ref]:
        """The refs whose names start so.

        Raises:
            SourceError: There is no list of them.
        """
        async with self._wire.talk(fresh=True) as talk:
            self._check(talk.said)
            if talk.said.version != 2:
                return talk.said.refs
            try:
                return read_refs(await self._all(talk.ask(ls_refs(prefixes), REFS_CAP, "")))
            except NoPacketsError as error:
                raise self._broken(str(error)) from None

    async def fetch(self, identities: Sequence[str], spool: Spool, *, commit: bool, bare: bool) -> bool:
        """Have objects sent, and written down.

        Args:
            commit: They are commits, and come with all that they are made of, but without their history.
            bare: Leave out the files.

        Returns:
            Whether single files can be asked for afterwards; if not, they came with this.

        Raises:
            SourceError: They are not to be had.
        """
        async with self._wire.talk(fresh=False) as talk:
            self._check(talk.said)
            reader = PackReader(talk.said.version, shallow=commit and talk.said.shallow)
            request = wants(talk.said, identities, commit=commit, bare=bare)
            try:
                async with aclosing(talk.ask(request, self._received, "--source-limit received=…")) as chunks:
                    async for chunk in chunks:
                        for piece in reader.feed(chunk):
                            spool.write(piece)
            except NoPacketsError as error:
                raise self._broken(str(error)) from None
            except RemoteError as error:
                raise self._refused(str(error)) from None
            if not reader.ended:
                raise self._broken("the answer ends before the pack does")
            return talk.said.filters

    async def retire(self) -> None:
        """Close every connection once no request is under way."""
        await self._wire.retire()

    async def close(self) -> None:
        """Close every connection."""
        await self._wire.close()

    async def _all(self, answer: AsyncGenerator[bytes, None]) -> list[Packet]:
        reader, found = PacketReader(), list[Packet]()
        async with aclosing(answer) as chunks:
            async for chunk in chunks:
                found += reader.feed(chunk)
                if found and isinstance(found[0], bytes) and found[0].startswith(b"ERR "):
                    raise self._refused(found[0][4:].decode(errors="replace"))
        return found

    def _check(self, said: Advertisement) -> None:
        if said.object_format != "sha1":
            message = f"{self.url} uses {one_line(said.object_format, 20)} ids; Vidra reads repositories with SHA-1 ids"
            raise SourceError(Reason.UNSUPPORTED_CONTENT, message)
        if said.version != 2 and "side-band-64k" not in said.capabilities:
            message = f"{self.url} is on a server of Git that is too old: it has neither protocol 2 nor side-band-64k"
            raise SourceError(Reason.UNSUPPORTED_CONTENT, message)

    def _broken(self, why: str) -> SourceError:
        return SourceError(Reason.SOURCE_ERROR, f"{self.url} does not answer as Git does: {why}")

    def _refused(self, why: str) -> SourceError:
        if "not our ref" in why or "unadvertised object" in why:
            message = f"{self.url} does not give the commit: it is not there, or was taken away while it was read"
            return SourceError(Reason.REF_NOT_FOUND, f"{message} ({one_line(why, LINE)})")
        return SourceError(Reason.SOURCE_ERROR, f"{self.url} refuses: {one_line(why, LINE)}")
