"""Waits for one resource to be as wanted, by watching it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import msgspec

from vidra.api.names import PATHS
from vidra.cli.at_work import warned_soon
from vidra.cli.errors import CommandError, Exit
from vidra.kube.client import JSON, Client
from vidra.kube.decode import decode
from vidra.kube.errors import KubeError
from vidra.kube.watch import lines
from vidra.views.operators import operators_at_work
from vidra.views.resource_names import Item, path_of, titled

T = TypeVar("T", bound=Item)

SILENCE = 120.0
PAUSE = 1.0
"""Seconds before a watch that broke off is begun again."""


class _Event(msgspec.Struct, frozen=True):
    type: str
    object: msgspec.Raw


async def until(client: Client, item: T, check: Callable[[T], bool], seconds: float, namespace: str) -> T:
    """The resource as soon as it is as wanted.

    Args:
        seconds: How long to wait at most.
        namespace: Vidra's own: who works is seen there, and nobody waits without knowing that no operator does.

    Raises:
        CommandError: It is not, in time, or it is gone.
    """
    try:
        async with asyncio.timeout(seconds), warned_soon(client, namespace):
            while True:
                try:
                    if found := await _watched(client, item, check):
                        return found
                except KubeError:
                    # An API server that is being restarted is no reason to give up before the time is over.
                    await asyncio.sleep(PAUSE)
    except TimeoutError:
        late = f"{titled(item)}: not ready after {seconds:g} s"
        raise CommandError(
            f"{late}{await _by(client, namespace)}; see vidra events {item.metadata.name}", Exit.TIMEOUT
        ) from None


async def until_gone(client: Client, item: Item, seconds: float, namespace: str) -> None:
    """Wait until the resource is no more.

    Args:
        seconds: How long to wait at most.
        namespace: Vidra's own, as above.

    Raises:
        CommandError: It still is when the time is over.
    """
    from vidra.kube.operations import look

    try:
        async with asyncio.timeout(seconds), warned_soon(client, namespace):
            while (live := await look(client, path_of(item))) and live.metadata.uid == item.metadata.uid:
                try:
                    await _watched(client, item, lambda _: False)
                except CommandError:
                    return
                except KubeError:
                    await asyncio.sleep(PAUSE)
    except TimeoutError:
        late = f"{titled(item)} is still being deleted after {seconds:g} s"
        raise CommandError(f"{late}{await _by(client, namespace)}", Exit.TIMEOUT) from None


async def _by(client: Client, namespace: str) -> str:
    """Who should have done it, if that can be seen."""
    found = await operators_at_work(client, namespace)
    return "" if found.state == "unknown" else f" ({found.brief})"


async def _watched(client: Client, item: T, check: Callable[[T], bool]) -> T | None:
    """One watch; None when the server ended it."""
    query = {"watch": "true", "fieldSelector": f"metadata.name={item.metadata.name}"}
    async with client.stream(PATHS[item.kind], query=query, accept=JSON, silence=SILENCE) as content:
        async for line in lines(content):
            event = decode(line, _Event)
            if event.type == "DELETED":
                raise CommandError(f"{titled(item)} was deleted meanwhile")
            if event.type in {"ADDED", "MODIFIED"} and check(found := decode(event.object, type(item))):
                return found
    return None
