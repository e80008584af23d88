"""What is shown only when it lasts, and is over before anything else is written."""

import asyncio

import pytest

from testkit.eventually import eventually
from testkit.patience import NEVER
from vidra.controllers.runtime.run_if_slow import run_if_slow
from vidra.kube.errors import UnreachableError


class Shown:
    def __init__(self, error: Exception | None = None) -> None:
        self.begun = False
        self.over = False
        self.may_end = asyncio.Event()
        self._error = error

    async def show(self) -> None:
        self.begun = True
        if self._error:
            raise self._error
        await self.may_end.wait()
        self.over = True


async def test_what_is_over_soon_is_not_shown() -> None:
    shown = Shown()
    async with run_if_slow(NEVER, shown.show):
        await asyncio.sleep(0)
    assert not shown.begun


async def test_what_lasts_is_shown_and_its_end_waits_for_that() -> None:
    shown = Shown()
    async with run_if_slow(0, shown.show):
        await eventually(lambda: shown.begun)
        asyncio.get_running_loop().call_soon(shown.may_end.set)
    assert shown.over


async def test_an_error_of_what_lasts_comes_after_what_is_shown() -> None:
    shown = Shown()

    async def fail() -> None:
        async with run_if_slow(0, shown.show):
            await eventually(lambda: shown.begun)
            asyncio.get_running_loop().call_soon(shown.may_end.set)
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await fail()
    assert shown.over


async def test_that_it_cannot_be_shown_stops_nothing() -> None:
    shown = Shown(UnreachableError("away"))
    async with run_if_slow(0, shown.show):
        await eventually(lambda: shown.begun)
