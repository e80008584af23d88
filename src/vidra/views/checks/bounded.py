"""One check in bounded time: what does not answer is a finding, and holds up nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import TypeVar

import msgspec

from vidra.views.checks.finding import Finding
from vidra.views.checks.part import Part

T = TypeVar("T")

LIMIT = 10.0
"""Seconds for each row."""
AT_A_TIME = 16


async def bounded(part: Part, what: str, finding: Awaitable[Finding]) -> Finding:
    """The finding, or that there is none in time."""
    try:
        async with asyncio.timeout(LIMIT):
            return msgspec.structs.replace(await finding, part=part)
    except TimeoutError:
        return Finding(what, "problem", f"no answer within {LIMIT:g} s", part)


async def in_order(
    part: Part, items: Iterable[T], title: Callable[[T], str], check: Callable[[T], Awaitable[Finding]]
) -> AsyncIterator[Finding]:
    """A finding for each item, in their order, several at a time: many that are mute take as long as one."""
    places = asyncio.Semaphore(AT_A_TIME)

    async def one(item: T) -> Finding:
        async with places:
            return await bounded(part, title(item), check(item))

    async with asyncio.TaskGroup() as group:
        for task in [group.create_task(one(item)) for item in items]:
            yield await task
