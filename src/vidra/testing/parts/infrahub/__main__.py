"""``python -m vidra.testing.parts.infrahub``: a real Infrahub on loopback until Ctrl-C, and how to reach it."""

import asyncio
import signal
import sys

from vidra.testing.binaries.errors import BinariesError
from vidra.testing.binaries.progress import say
from vidra.testing.controlplane.errors import ControlPlaneError
from vidra.testing.parts.infrahub import RealInfrahub


def main() -> int:
    """Run it; the lines on standard output are for a shell to read."""
    try:
        asyncio.run(_run())
    except (BinariesError, ControlPlaneError) as error:
        say(str(error))
        return 1
    return 0


async def _run() -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with RealInfrahub() as infrahub:
        place = infrahub.place
        lines = {
            "INFRAHUB_ADDRESS": infrahub.url,
            "INFRAHUB_USERNAME": place.username,
            "INFRAHUB_PASSWORD": place.password,
        }
        sys.stdout.writelines(f"export {name}={value}\n" for name, value in lines.items())
        sys.stdout.flush()
        say(f"Infrahub runs, with its logs in {place.folder}, until Ctrl-C.")
        await ended.wait()


if __name__ == "__main__":
    sys.exit(main())
