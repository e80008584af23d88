"""The site as a browser has it: it finds what one looks for, and gets nothing from another host."""

import asyncio
from pathlib import Path

from testkit.chromium import Chromium
from testkit.parts.files import Files
from toolchain.site.build import build

HOSTS = "[...new Set(performance.getEntriesByType('resource').map(entry => new URL(entry.name).origin))]"


async def test_it_is_searched_without_another_host(browser: Chromium, tmp_path: Path) -> None:
    await asyncio.to_thread(build, "dev", tmp_path)
    async with Files(tmp_path) as files, browser.tab() as tab:
        await tab.open(f"{files.url}/dev/?q=runbook")
        await tab.sees("matching documents")
        assert await tab.run(HOSTS) == [files.url]
        await tab.open(f"{files.url}/")
        await tab.sees("Who it is for")
