"""From a command to the cluster that it is about, and back with an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from vidra.cli.kubeconfig_loading import connection
from vidra.cli.log_config import configure
from vidra.cli.options import Place
from vidra.kube.client import Client

T = TypeVar("T")

LARGEST = 1 << 30
"""Bytes of one answer: a person's own cluster may have much to list."""


def against(place: Place, work: Callable[[Client], Awaitable[T]], *, interactive: bool = True) -> T:
    """Do some work with a client of the cluster.

    Raises:
        NotConfiguredError: There is no usable way to a cluster.
        KubeError: The work met one.
    """
    configure("text", "error")
    way = connection(place, interactive=interactive)

    async def session() -> T:
        client = Client(way, largest=LARGEST)
        try:
            return await work(client)
        finally:
            await client.close()

    return asyncio.run(session())
