"""The page's server in this process, against the shared control plane, and what a browser sends to it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from testkit.controlplane import ControlPlane
from testkit.environment import connection_to
from testkit.page import Browser
from vidra.kube.connection import Connection
from vidra.ui.serve import local_page


@pytest.fixture
def page_files(tmp_path: Path) -> Path:
    """What a build leaves, as far as the server cares: no test here needs Node."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets/index-abc.js").write_text("export {};\n")
    (tmp_path / "index.html").write_text('<!doctype html><script type="module" src="./assets/index-abc.js"></script>\n')
    return tmp_path


@pytest.fixture
async def opened(controlplane: ControlPlane, page_files: Path) -> AsyncIterator[Callable[..., Any]]:
    """Pages like those of `vidra ui`: ``await opened(connection=…, read_only=…)`` gives a logged-in browser."""
    async with AsyncExitStack() as stack:

        async def open_page(connection: Connection | None = None, **options: Any) -> Browser:
            way = connection or connection_to(controlplane)
            page = await stack.enter_async_context(local_page(way, ("vidra-system",), folder=page_files, **options))
            session = await stack.enter_async_context(aiohttp.ClientSession())
            browser = Browser(session, page.origin)
            await browser.log_in(page.codes.new())
            return browser

        yield open_page
