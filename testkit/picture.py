"""``python -m testkit.picture``: make the picture of the web page that the README shows, by a real browser."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from testkit.chromium import chromium
from testkit.controlplane import ControlPlane
from testkit.environment import connection_to, defined
from testkit.page_contents import fill
from vidra.cli.log_config import configure
from vidra.kube.client import Client
from vidra.ui.serve import local_page

FILE = Path(__file__).parents[1] / "docs/pictures/web-page.png"


async def picture(file: Path) -> None:
    """Save the overview of a cluster in which a few things are wrong."""
    async with defined(ControlPlane(controllers=False)) as plane:
        client = Client(connection_to(plane))
        await fill(client, syncs=14)
        await client.close()
        page = local_page(connection_to(plane), ("vidra-system",))
        async with page as served, chromium() as browser, browser.tab() as tab:
            await tab.size(1280, 860)
            await tab.open(served.address())
            await tab.sees("Needs somebody")
            await tab.picture(file)


def main() -> None:
    """Make it."""
    argparse.ArgumentParser(
        prog="python -m testkit.picture", description=f"Makes {FILE.name}, by Chromium, from a page that was built."
    ).parse_args()
    configure("text", "critical")
    FILE.parent.mkdir(parents=True, exist_ok=True)
    asyncio.run(picture(FILE))


if __name__ == "__main__":
    main()
