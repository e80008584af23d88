"""``python -m vidra.testing.controlplane``: a control plane on loopback until Ctrl-C, and how to reach it."""

import asyncio
import signal
import sys

from vidra.testing.binaries.errors import BinariesError
from vidra.testing.binaries.find import find
from vidra.testing.binaries.progress import say
from vidra.testing.controlplane import ControlPlane, ControlPlaneError


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
    async with ControlPlane() as plane:
        sys.stdout.write(f"export KUBECONFIG={plane.kubeconfig}\nexport PATH={find()}:$PATH\n")
        sys.stdout.flush()
        say("The control plane runs until Ctrl-C.")
        await ended.wait()


if __name__ == "__main__":
    sys.exit(main())
