"""Follows a guide to the letter."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

GUIDES = Path(__file__).parents[1] / "docs" / "guides"


async def follow(guide: str, environment: Mapping[str, str], folder: Path) -> str:
    """Run every block of shell of a guide in one shell; gives what was printed.

    Args:
        guide: Name of its file.
    """
    blocks = re.findall(r"```sh\n(.*?)```", (GUIDES / guide).read_text(encoding="utf-8"), re.DOTALL)
    shell = await asyncio.create_subprocess_exec(
        *("bash", "-c", "set -euo pipefail\n" + "\n".join(blocks)),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed = (await shell.communicate())[0].decode()
    assert shell.returncode == 0, printed
    return printed
