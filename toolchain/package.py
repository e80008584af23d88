"""Take programs out of a package of Debian or Ubuntu without installing it: nothing changes on the machine."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import msgspec

from toolchain.errors import BinariesError
from toolchain.progress import heartbeat


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A folder of programs, of the version that the distribution has; apt checks the signature.

    Attributes:
        name: What the folder is called.
        package: The package.
        programs: What is taken from its `/usr/bin`.
        otherwise: What a person can do when it cannot be had.
    """

    name: str
    package: str
    programs: tuple[str, ...]
    otherwise: str
    version: str = "packaged"
    module: str = ""

    def make(self, to: Path) -> None:
        """Copy the programs to the path.

        Raises:
            BinariesError: The package cannot be had.
        """
        with (
            heartbeat(f"getting the package {self.package}", usually="some seconds"),
            tempfile.TemporaryDirectory() as name,
        ):
            folder = Path(name)
            # Only root may ask apt what is new.
            if not self._run(folder, "apt-get", "download", self.package) and os.geteuid() == 0:
                self._run(folder, "apt-get", "update")
                self._run(folder, "apt-get", "download", self.package)
            found = next(folder.glob("*.deb"), None)
            if found is None or not self._run(folder, "dpkg-deb", "--extract", found.name, "."):
                raise BinariesError(
                    f"The package {self.package} cannot be had with apt-get: run `apt-get update` as root on a Debian "
                    f"or Ubuntu, or {self.otherwise}."
                )
            to.mkdir()
            for program in self.programs:
                shutil.copy(folder / "usr" / "bin" / program, to / program)

    def _run(self, folder: Path, *command: str) -> bool:
        try:
            return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0  # noqa: S603
        except FileNotFoundError:
            return False
