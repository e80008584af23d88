"""What is started with `python -m` says what it does, and starts nothing, when it is asked for help."""

import asyncio
import sys

import pytest

from testkit.patience import HANG

MODULES = (
    "demo",
    "demo.infrahub",
    "demo.recording",
    "benchmarks",
    "testkit.controlplane",
    "testkit.model",
    "testkit.parts.infrahub",
    "testkit.picture",
    "testkit.suite",
    "toolchain",
    "toolchain.page",
)


@pytest.mark.occasional
async def test_help_is_shown_and_nothing_starts() -> None:
    async with asyncio.timeout(HANG):
        shown = await asyncio.gather(*map(_help, MODULES))
    assert dict(zip(MODULES, shown, strict=True)) == dict.fromkeys(MODULES, (0, "usage:", ""))


async def _help(module: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, "--help"), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    return process.returncode, out.decode()[:6], err.decode()
