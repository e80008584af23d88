"""Git over ssh: one connection for each conversation, to a server that is known by its key.

Invariant: nothing is said to a server whose key is not in `known_hosts` of the Secret, and nothing of the machine is
used: no configuration, agent, key or known host of whoever runs Vidra.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import asyncssh
from yarl import URL

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason
from vidra.api.typed_json import LINE
from vidra.sources.credentials import Credential
from vidra.sources.git.advertisement import Advertisement, read_advertisement
from vidra.sources.git.pkt_line import Mark, NoPacketsError, Packet, PacketReader
from vidra.sources.git.remote import REFS_CAP
from vidra.sources.hosts import AllowedHosts
from vidra.sources.limits import SourceLimits
from vidra.sources.protocol import SourceError
from vidra.sources.transport.places import Place

_CHUNK = 64 * 1024
_USER = "git"


class SshConversation:
    """What follows a greeting."""

    def __init__(self, process: asyncssh.SSHClientProcess[bytes], url: str) -> None:
        self.said = Advertisement(0, ())
        self._process = process
        self._url = url

    async def greet(self) -> None:
        """Read the greeting.

        Raises:
            SourceError: There is none.
        """
        reader, found = PacketReader(), list[Packet]()
        async for chunk in self._chunks(REFS_CAP, ""):
            found += reader.feed(chunk)
            if found and found[-1] is Mark.FLUSH:
                self.said = read_advertisement(found)
                return
        raise await self._ended()

    async def ask(self, request: bytes, cap: int, limit: str) -> AsyncGenerator[bytes, None]:
        """The pieces of an answer; in version 2 it ends with a mark, and before that with the connection."""
        self._process.stdin.write(request)
        reader = PacketReader()
        async for chunk in self._chunks(cap, limit):
            yield chunk
            if self.said.version == 2 and Mark.FLUSH in list(reader.feed(chunk)):
                return

    async def _chunks(self, cap: int, limit: str) -> AsyncIterator[bytes]:
        seen = 0
        while chunk := await self._process.stdout.read(_CHUNK):
            seen += len(chunk)
            if seen > cap:
                message = (
                    f"the answer of {self._url} is over {cap} bytes; make it less, or raise {limit or 'the limit'}"
                )
                raise SourceError(Reason.TOO_LARGE, message)
            yield chunk

    async def _ended(self) -> SourceError:
        """Why there was no greeting."""
        said = await self._process.stderr.read(_CHUNK)
        why = one_line(said.decode(errors="replace"), LINE) or "the server ended the connection"
        return SourceError(Reason.SOURCE_NOT_FOUND, f"{self._url} gives no repository: {why}")


class SshWire:
    """A repository behind an ssh URL.

    Args:
        url: As a person wrote it.
    """

    def __init__(
        self, url: str, place: Place, credential: Credential | None, hosts: AllowedHosts, limits: SourceLimits
    ) -> None:
        self._url = url
        self._place = place
        self._credential = credential
        self._hosts = hosts
        self._limits = limits

    @asynccontextmanager
    async def talk(self, *, fresh: bool) -> AsyncIterator[SshConversation]:  # noqa: ARG002 - each one is
        """Connect, and greet the server.

        Raises:
            SourceError: It cannot be reached, is not the one that is known, or has no such repository.
        """
        options = await asyncio.to_thread(self._options)
        try:
            async with asyncio.timeout(self._limits.download), contextlib.AsyncExitStack() as stack:
                connection = await self._connect(options)
                stack.push_async_callback(_end, connection)
                process = await connection.create_process(
                    f"git-upload-pack {_quoted(self._url)}", env={"GIT_PROTOCOL": "version=2"}, encoding=None
                )
                talk = SshConversation(process, self._url)
                await talk.greet()
                yield talk
        except NoPacketsError as error:
            raise SourceError(Reason.SOURCE_ERROR, f"{self._url} does not answer as Git does: {error}") from None
        except (asyncssh.Error, OSError, TimeoutError) as error:
            failure = self._failure(error)
        else:
            return
        raise failure

    async def retire(self) -> None:
        """Nothing is held between conversations."""

    async def close(self) -> None:
        """Nothing is held between conversations."""

    def _options(self) -> asyncssh.SSHClientConnectionOptions:
        credential = self._credential
        if credential is None or not (credential.identity and credential.known_hosts):
            which = f"the Secret {credential.secret}" if credential else f"a Secret for {self._place}"
            message = (
                f"ssh needs `identity` (a private key) and `known_hosts` (the keys of {self._place.host}) in {which}"
            )
            raise SourceError(Reason.CREDENTIALS_INVALID if credential else Reason.CREDENTIALS_MISSING, message)
        try:
            key = asyncssh.import_private_key(credential.identity, credential.password or None)
            known = asyncssh.import_known_hosts(credential.known_hosts)
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError) as error:
            message = f"identity or known_hosts of the Secret {credential.secret} cannot be used: {_kind_of(error)}"
            raise SourceError(Reason.CREDENTIALS_INVALID, message) from None
        return asyncssh.SSHClientConnectionOptions(
            config=None,
            agent_path=None,
            client_keys=[key],
            known_hosts=known,
            username=URL(self._url.strip()).user or _USER,
            preferred_auth="publickey",
            compression_algs=["none"],
            login_timeout=self._limits.timeout,
        )

    async def _connect(self, options: asyncssh.SSHClientConnectionOptions) -> asyncssh.SSHClientConnection:
        place = self._place
        addresses = await self._hosts.addresses(place.host, place.port)
        found = await _socket(addresses, place.port, self._limits.connect_timeout)
        try:
            return await asyncssh.connect(place.host, place.port, sock=found, options=options)
        except BaseException:
            found.close()
            raise

    def _failure(self, error: Exception) -> SourceError:
        secret = self._credential.secret if self._credential else ""
        if isinstance(error, asyncssh.HostKeyNotVerifiable):
            message = f"the server at {self._place} has a key that is not in known_hosts of the Secret {secret}"
            advice = "somebody may be in between; if the server got a new key, put it there"
            return SourceError(Reason.VERIFICATION_FAILED, f"{message}: {advice}. Nothing was read")
        if isinstance(error, asyncssh.PermissionDenied):
            message = f"{self._url} refuses the key `identity` of the Secret {secret}"
            return SourceError(Reason.UNAUTHORIZED, message)
        if isinstance(error, TimeoutError):
            return SourceError(Reason.SOURCE_UNREACHABLE, f"{self._url} does not answer in time")
        if isinstance(error, socket.gaierror):
            message = f"{self._url} has a host name that does not resolve; check the address and DNS"
            return SourceError(Reason.SOURCE_UNREACHABLE, message)
        why = one_line(str(error.strerror if isinstance(error, OSError) else error), LINE)
        return SourceError(Reason.SOURCE_UNREACHABLE, f"{self._url} cannot be connected to, or broke off ({why})")


async def _socket(addresses: list[str], port: int, timeout: float) -> socket.socket:
    """A connection to the first of the checked addresses that takes one."""
    loop, last = asyncio.get_running_loop(), OSError("no address")
    for address in addresses:
        found = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        found.setblocking(False)
        try:
            async with asyncio.timeout(timeout):
                await loop.sock_connect(found, (address, port))
        except OSError as error:  # a TimeoutError is one
            found.close()
            last = error
        except BaseException:
            found.close()
            raise
        else:
            return found
    raise last


async def _end(connection: asyncssh.SSHClientConnection) -> None:
    """Say that this was all, and do not wait for an answer."""
    connection.close()
    connection.abort()
    await connection.wait_closed()


def _quoted(url: str) -> str:
    """The path as the shell of a server takes it for one word; `/~ada/x` is in a home, as for Git."""
    path = URL(url.strip()).path
    path = path[1:] if path.startswith("/~") else path
    inside = path.replace("'", "'\\''").replace("!", "'\\!'")
    return f"'{inside}'"


def _kind_of(error: Exception) -> str:
    """What is wrong with a key; the library's own text may hold some of it."""
    if isinstance(error, asyncssh.KeyEncryptionError):
        return "the key has a password, which `password` does not hold"
    if isinstance(error, asyncssh.KeyImportError):
        return "the key is none, or has a password that `password` does not hold"
    return "an entry is none"
