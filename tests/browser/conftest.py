"""The built page in a real browser, against control planes: one with an operator, one filled with statuses alone."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from testkit.chromium import Chromium, Tab, chromium
from testkit.controlplane import ControlPlane
from testkit.environment import connection_to, defined
from testkit.page_contents import fill
from vidra.kube.client import Client
from vidra.ui.serve import LocalPage, local_page

Show = Callable[[ControlPlane], Awaitable[tuple[LocalPage, Tab]]]

AXE = Path(__file__).parents[2] / "ui/node_modules/axe-core/axe.min.js"


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Chromium]:
    """A browser for the whole run."""
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def show(browser: Chromium) -> AsyncIterator[Show]:
    """``page, tab = await show(plane)``: the page of a control plane, and a tab that is logged in."""
    async with AsyncExitStack() as stack:

        async def shown(plane: ControlPlane) -> tuple[LocalPage, Tab]:
            page = await stack.enter_async_context(local_page(connection_to(plane), ("vidra-system",)))
            tab = await stack.enter_async_context(browser.tab())
            await tab.open(page.address())
            await tab.until("document.querySelector('.live.on')")
            return page, tab

        yield shown


@pytest.fixture(scope="session")
async def few_plane() -> AsyncIterator[ControlPlane]:
    """A control plane with 14 syncs in every state, long names, and text from right to left."""
    async with filled(14, 2, 10) as plane:
        yield plane


@pytest.fixture(scope="session")
async def many_plane() -> AsyncIterator[ControlPlane]:
    """A control plane with 500 syncs, 1,000 VidraResources and 10,000 objects."""
    async with filled(500, 2, 10) as plane:
        yield plane


@asynccontextmanager
async def filled(syncs: int, resources: int, objects: int) -> AsyncIterator[ControlPlane]:
    """A control plane with so much in it, while the context lasts."""
    async with defined(ControlPlane(controllers=False)) as plane:
        client = Client(connection_to(plane))
        await fill(client, syncs=syncs, resources_each=resources, objects_each=objects)
        await client.close()
        yield plane
