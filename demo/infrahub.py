"""``python -m demo.infrahub``: a stand-in Infrahub with what the guides speak of, until Ctrl-C."""

import argparse
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from demo.contents import fill
from testkit.infrahub import StandIn
from testkit.run_until_interrupt import until_ctrl_c


@asynccontextmanager
async def standing() -> AsyncIterator[tuple[Iterable[str], str]]:
    """The stand-in, and the settings with which the guides find it."""
    async with StandIn() as infrahub:
        fill(infrahub)
        settings = (
            f"INFRAHUB_URL={infrahub.url}",
            f"INFRAHUB_USERNAME={infrahub.username}",
            f"INFRAHUB_PASSWORD={infrahub.password}",
        )
        yield settings, f"Infrahub's stand-in answers at {infrahub.url} until Ctrl-C."


def main() -> int:
    """Run it; the exit code."""
    argparse.ArgumentParser(
        prog="python -m demo.infrahub",
        description="Runs a stand-in Infrahub with the artifacts of the guides, and prints how to reach it.",
    ).parse_args()
    return until_ctrl_c(standing())


if __name__ == "__main__":
    sys.exit(main())
