"""What a real Infrahub consists of, wherever each of it comes from."""

import asyncio
import os
from pathlib import Path
from typing import Final

import msgspec

from toolchain.environment import OLDEST, infrahub_server
from toolchain.keep import kept
from toolchain.libraries import neo4j
from toolchain.packages import FOR_INFRAHUB, need, program

VARIABLE: Final = "VIDRA_INFRAHUB"
"""Names the release: 1.4 or 1.11."""


class InfrahubParts(msgspec.Struct, frozen=True):
    """Where everything is."""

    environment: Path
    """The virtual environment with the server, its task manager and its SDK."""
    neo4j: Path
    """The libraries of the database, with the source that starts it."""
    release: str = OLDEST
    """Which Infrahub it is: major and minor version."""

    @property
    def python(self) -> Path:
        """The Python that has them."""
        return self.environment / "bin" / "python"


def find_infrahub() -> InfrahubParts:
    """Return the parts of the release that the environment names; the first time takes some minutes.

    Raises:
        BinariesError: One of them cannot be had; what came before it is kept.
    """
    release = os.environ.get(VARIABLE) or OLDEST
    wanted = infrahub_server(release)
    need(FOR_INFRAHUB)
    return InfrahubParts(environment=kept(wanted), neo4j=kept(neo4j()), release=release)


def installed(name: str) -> Path:
    """Return a program of a system package that `find_infrahub` made sure of."""
    found = program(name)
    assert found, f"{name} was there before"
    return found


async def got() -> InfrahubParts:
    """Return the parts without holding up who waits beside."""
    return await asyncio.to_thread(find_infrahub)
