"""``python -m demo.recording``: show the demo, and draw what it prints, for the README (`make picture`)."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path
from typing import Final

from demo.svg import svg
from demo.transcript import Line, told

FILE: Final = Path(__file__).parents[1] / "docs/pictures/demo.svg"


async def recorded() -> list[Line]:
    """The lines of a demo that ends by itself.

    Raises:
        SystemExit: It fails; what it said is shown.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "demo", "--once"), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    lines = [Line(time.monotonic(), line.decode().rstrip("\n")) async for line in process.stdout]
    if await process.wait() != 0:
        sys.exit("\n".join(line.text for line in lines))
    return lines


def main() -> None:
    """Draw it."""
    parser = argparse.ArgumentParser(prog="python -m demo.recording", description="Draws the demo into an SVG.")
    parser.add_argument("file", nargs="?", type=Path, default=FILE, help="where to; missing: the picture of the README")
    file: Path = parser.parse_args().file
    story = told(asyncio.run(recorded()))
    file.write_text(svg(list(story)), encoding="utf-8")


if __name__ == "__main__":
    main()
