"""What a real Infrahub consists of, wherever each of it comes from."""

import asyncio
from pathlib import Path

import msgspec

from toolchain.environment import infrahub_server
from toolchain.keep import kept
from toolchain.libraries import neo4j
from toolchain.packages import FOR_INFRAHUB, need, program


class InfrahubParts(msgspec.Struct, frozen=True):
    """Where everything is."""

    environment: Path
    """The virtual environment with the server, its task manager and its SDK."""
    neo4j: Path
    """The libraries of the database, with the source that starts it."""

    @property
    def python(self) -> Path:
        """The Python that has them."""
        return self.environment / "bin" / "python"


def find_infrahub() -> InfrahubParts:
    """Return the parts; the first time takes some minutes.

    Raises:
        BinariesError: One of them cannot be had; what came before it is kept.
    """
    need(FOR_INFRAHUB)
    return InfrahubParts(environment=kept(infrahub_server()), neo4j=kept(neo4j()))


def installed(name: str) -> Path:
    """Return a program of a system package that `find_infrahub` made sure of."""
    found = program(name)
    assert found, f"{name} was there before"
    return found


async def got() -> InfrahubParts:
    """Return the parts without holding up who waits beside."""
    return await asyncio.to_thread(find_infrahub)
