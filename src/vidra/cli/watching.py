"""What the commands with `--watch` run on: every change of a list, until Ctrl-C, whatever becomes of the connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import msgspec

from vidra.cli.terminal import echo
from vidra.kube.client import JSON, Client
from vidra.kube.decode import decode
from vidra.kube.errors import KubeError
from vidra.kube.watch import lines

SILENCE = 300.0
"""Seconds without an event after which a watch is begun again."""
PAUSE = 1.0
"""Seconds before a watch that ended is begun again."""


class Change(msgspec.Struct, frozen=True):
    """An event of a watch."""

    type: str
    """ADDED, MODIFIED or DELETED."""
    object: msgspec.Raw


async def changes(
    client: Client, path: str, *, accept: str = JSON, query: Mapping[str, str] | None = None
) -> AsyncIterator[Change]:
    """Everything that is there, then every change, without end.

    A watch that ends is begun again, and so tells everything once more: who reads knows what it has shown.
    """
    while True:
        try:
            asked = {**(query or {}), "watch": "true"}
            async with client.stream(path, query=asked, accept=accept, silence=SILENCE) as content:
                async for line in lines(content):
                    change = decode(line, Change)
                    if change.type in {"ADDED", "MODIFIED", "DELETED"}:
                        yield change
        except KubeError as error:
            echo(f"warning: {error}", err=True)
        await asyncio.sleep(PAUSE)
