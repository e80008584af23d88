"""An SSH server on loopback that runs Git's own `git upload-pack`."""

from __future__ import annotations

import asyncio
import shlex
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

import asyncssh

from testkit.parts.git.repository import Repository
from testkit.parts.running import Running


class SshGitServer(Running):
    """From `async with` to its end, the repositories in the folder can be read over ssh.

    Attributes:
        url: Where it is.
        identity: The private key that it lets in.
        asked: The commands that were run, with the version of the protocol that was wanted.
        protocol: Whether it takes the environment that tells it the version; servers do not by themselves.
    """

    url: str

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._client_key = asyncssh.generate_private_key("ssh-ed25519")
        self._host_key = asyncssh.generate_private_key("ssh-ed25519")
        self._port = 0
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self.identity = self._client_key.export_private_key().decode()
        self.asked: list[tuple[str, str]] = []
        self.protocol = True

    def repository(self, name: str = "team/repo.git") -> Repository:
        """A new repository."""
        return Repository(self._folder / name)

    @property
    def known_hosts(self) -> str:
        """The line for its key."""
        return f"[127.0.0.1]:{self._port} {self._host_key.export_public_key().decode()}"

    def encrypted_identity(self, password: str) -> str:
        """The private key, with a password."""
        return self._client_key.export_private_key(passphrase=password).decode()

    async def new_host_key(self) -> None:
        """Come back with another key, as a server that was replaced, or somebody in between."""
        await self._stop()
        self._host_key = asyncssh.generate_private_key("ssh-ed25519")
        await self._listen()

    async def _start(self, stack: AsyncExitStack) -> None:
        await self._listen()
        stack.push_async_callback(self._stop)

    async def _listen(self) -> None:
        known = self._client_key.export_public_key().decode()
        self._acceptor = await asyncssh.listen(
            "127.0.0.1",
            self._port,
            server_host_keys=[self._host_key],
            authorized_client_keys=asyncssh.import_authorized_keys(known),
            process_factory=self._serve,
            encoding=None,
            config=None,
            reuse_address=True,
        )
        self._port = self._acceptor.get_port()
        self.url = f"ssh://git@127.0.0.1:{self._port}"

    async def _stop(self) -> None:
        if self._acceptor is not None:
            self._acceptor.close()
            await self._acceptor.wait_closed()

    async def _serve(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        wanted = process.env.get("GIT_PROTOCOL", "")
        self.asked.append((process.command or "", str(wanted)))
        program, path = shlex.split(process.command or "")
        assert program == "git-upload-pack"
        environment = {"PATH": "/usr/bin:/bin", "GIT_PROTOCOL": str(wanted) if self.protocol else ""}
        pipe = asyncio.subprocess.PIPE
        git = await asyncio.create_subprocess_exec(
            "git",
            "-c",
            "safe.directory=*",
            "upload-pack",
            str(self._folder / path.lstrip("/")),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=environment,
        )
        assert git.stdin is not None
        assert git.stdout is not None
        assert git.stderr is not None
        try:
            async with asyncio.TaskGroup() as group:
                feeding = group.create_task(_copy(process.stdin, git.stdin))
                group.create_task(_copy(git.stdout, process.stdout))
                group.create_task(_copy(git.stderr, process.stderr))
                code = await git.wait()
                feeding.cancel()
        except* (OSError, asyncssh.Error):
            git.kill()
            code = await git.wait()
        process.exit(code)


class _Reads(Protocol):
    async def read(self, size: int) -> bytes: ...


class _Writes(Protocol):
    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...

    async def drain(self) -> None: ...


async def _copy(source: _Reads, target: _Writes) -> None:
    while data := await source.read(1 << 16):
        target.write(data)
        await target.drain()
    if isinstance(target, asyncio.StreamWriter):
        target.close()
