"""Passes on request, and what was said of them: so that a test need not wait for an interval."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import msgspec

from testkit.environment import OWN, SYNCS, Scene, TooSlow
from testkit.patience import HANG
from vidra.api.names import REQUESTED_AT
from vidra.kube.discovery import Kind
from vidra.kube.watch import lines

_numbers = itertools.count(1)


async def ask(scene: Scene, sync: str, kind: Kind = SYNCS) -> dict[str, Any]:
    """Have a sync make a pass now; gives the sync as it is after it."""
    moment = f"request-{next(_numbers)}"
    await scene.patch(kind, sync, {"metadata": {"annotations": {REQUESTED_AT: moment}}})
    return await scene.until(kind, sync, lambda item: item.get("status", {}).get("lastHandledRequestedAt") == moment)


async def said(scene: Scene, name: str, reason: str) -> list[str]:
    """The messages of the Events of this reason about a cluster-scoped object so far, oldest first."""
    events = [event for event in await scene.events_about(name) if event["reason"] == reason]
    return [event["message"] for event in sorted(events, key=lambda item: int(item["metadata"]["resourceVersion"]))]


async def warned(scene: Scene, says: str, *, seconds: float = HANG) -> str:
    """Wait for a Warning in Vidra's namespace whose message holds this; gives the message.

    Raises:
        TooSlow: There is none, in time.
    """
    path, query = f"/api/v1/namespaces/{OWN}/events", {"watch": "true", "fieldSelector": "type=Warning"}
    try:
        async with asyncio.timeout(seconds):
            async with scene.client.stream(path, query=query, accept="application/json", silence=seconds) as content:
                async for line in lines(content):
                    message = str(msgspec.json.decode(line)["object"]["message"])
                    if says in message:
                        return message
    except TimeoutError:
        pass
    raise TooSlow(f"no Warning {says!r} in {OWN} after {seconds:g} s")
