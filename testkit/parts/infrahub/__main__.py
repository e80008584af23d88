"""``python -m testkit.parts.infrahub``: a real Infrahub on loopback until Ctrl-C, and how to reach it."""

import argparse
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from testkit.parts.infrahub import RealInfrahub
from testkit.run_until_interrupt import until_ctrl_c


@asynccontextmanager
async def standing() -> AsyncIterator[tuple[Iterable[str], str]]:
    """An Infrahub, and the settings with which infrahubctl finds it."""
    async with RealInfrahub() as infrahub:
        place = infrahub.place
        settings = (
            f"INFRAHUB_ADDRESS={infrahub.url}",
            f"INFRAHUB_USERNAME={place.username}",
            f"INFRAHUB_PASSWORD={place.password}",
        )
        yield settings, f"Infrahub runs, with its logs in {place.folder}, until Ctrl-C."


def main() -> int:
    """Run it; the exit code."""
    argparse.ArgumentParser(
        prog="python -m testkit.parts.infrahub", description="Runs a real Infrahub, and prints how to reach it."
    ).parse_args()
    return until_ctrl_c(standing())


if __name__ == "__main__":
    sys.exit(main())
