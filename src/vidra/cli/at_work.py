"""Says who works for a namespace, or that nobody does, to a person who waits for an operator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vidra.cli.terminal import echo, one_line
from vidra.kube.errors import KubeError
from vidra.kube.lease import Leases, leases_path
from vidra.views.operators import AtWork, at_work, operators_at_work

if TYPE_CHECKING:
    from vidra.kube.client import Client
    from vidra.kube.reader import Reader

SOON = 2.0
"""Seconds that a person waits for an operator before being told that none is at work."""


def at_work_here(reader: Reader, namespace: str) -> AtWork:
    """Who works, by the Leases of a namespace: one request, and no error."""
    try:
        listing = reader.get(leases_path(namespace), Leases)
    except KubeError as error:
        return AtWork(namespace, unseen=str(error))
    return at_work(namespace, listing.items, datetime.now(UTC))


def warn(found: AtWork) -> None:
    """Say that nobody works, or not on everything; else nothing."""
    if found.warning:
        echo(one_line(f"warning: {found.warning}"), err=True)


async def warn_if_nobody(client: Client, namespace: str) -> None:
    """The same of a namespace whose Leases are read for it."""
    warn(await operators_at_work(client, namespace))


@asynccontextmanager
async def warned_soon(client: Client, namespace: str) -> AsyncIterator[None]:
    """Say it while the body waits for what an operator does, if that does not come at once."""
    import asyncio

    async def later() -> None:
        await asyncio.sleep(SOON)
        await warn_if_nobody(client, namespace)

    telling = asyncio.create_task(later())
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
