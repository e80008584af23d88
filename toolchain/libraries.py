"""A program in Java: its libraries, which Maven fetches, and the one class that starts it."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import msgspec

from toolchain.errors import BinariesError
from toolchain.modules import place
from toolchain.progress import heartbeat

_TAIL: Final = 12
_ADVICE: Final = "is your Maven repository reachable, and does the disk have 1 GB left?"


class Libraries(msgspec.Struct, frozen=True, kw_only=True):
    """A folder of libraries with a source file that Java runs as it is.

    Attributes:
        name: What the folder is called.
        version: The version that the pom.xml names.
        module: The folder with pom.xml and source.
    """

    name: str
    version: str
    module: str

    def make(self, to: Path) -> None:
        """Fetch the libraries into the path, and put the source beside them.

        Raises:
            BinariesError: They cannot be had here.
        """
        command = ("mvn", "--batch-mode", "--strict-checksums", "dependency:copy-dependencies")
        with heartbeat(f"fetching {self.name} {self.version}", usually="1 minute"):
            ran = subprocess.run(  # noqa: S603 — the command is made here
                [*command, "-DincludeScope=runtime", f"-DoutputDirectory={to}", f"-f={place(self.module)}"],
                capture_output=True,
                text=True,
                check=False,
            )
        if ran.returncode:
            tail = "\n".join((ran.stdout + ran.stderr).splitlines()[-_TAIL:])
            raise BinariesError(f"{self.name} could not be fetched: {_ADVICE}\n{tail}")
        for source in place(self.module).glob("*.java"):
            shutil.copy(source, to)


def neo4j() -> Libraries:
    """Return the database of Infrahub."""
    pom = (place("neo4j") / "pom.xml").read_text()
    found = re.search(r"<artifactId>neo4j</artifactId>\s*<version>([\d.]+)</version>\s*</dependency>", pom)
    assert found, "pom.xml pins no neo4j"
    return Libraries(name="neo4j", version=f"v{found.group(1)}", module="neo4j")
