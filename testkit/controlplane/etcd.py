"""Where the API server keeps its objects."""

import shutil
from pathlib import Path

import aiohttp

from testkit.controlplane.folder import Folder
from testkit.controlplane.program import Program
from testkit.controlplane.ready import until


class Etcd:
    """One member, fast rather than safe: its data need not survive the machine."""

    def __init__(self, binaries: Path, folder: Folder, *, client: int, peer: int, largest: int) -> None:
        self.url = f"http://127.0.0.1:{client}"
        self._data = folder.etcd
        self._backup = folder.root / "backup"
        flags = [*_flags(folder, self.url, f"http://127.0.0.1:{peer}"), f"--max-request-bytes={largest}"]
        self._program = Program(binaries / "etcd", flags, folder.root)

    async def start(self) -> None:
        """Start it and wait until it serves."""
        await self._program.start()
        await until(self._serves, self._program)

    async def stop(self) -> None:
        """End it at once."""
        await self._program.stop()

    def back_up(self) -> None:
        """Copy its data, while it does not run."""
        assert not self._program.running
        shutil.copytree(self._data, self._backup, dirs_exist_ok=True)

    def restore(self) -> None:
        """Put the copy in place of its data, while it does not run: all that was written since is lost."""
        assert not self._program.running
        shutil.rmtree(self._data)
        shutil.copytree(self._backup, self._data)

    async def _serves(self) -> bool:
        async with aiohttp.ClientSession() as http, http.get(f"{self.url}/health") as response:
            return response.status == 200


def _flags(folder: Folder, client: str, peer: str) -> list[str]:
    return [
        "--name=vidra",
        f"--data-dir={folder.etcd}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=vidra={peer}",
        "--unsafe-no-fsync",
        "--socket-reuse-port",
        "--log-level=warn",
    ]
