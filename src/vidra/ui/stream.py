"""One stream per page: all rows at first, then what changed, at most four times a second, until the rights end.

Server-sent events over `fetch`, which can send a header and see a status, other than EventSource. The bytes are packed
as one stream and flushed after each event: 10,000 rows are 1.2 MB of JSON.

Invariant: a page that does not read is cut off, and until then costs what one answer costs.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from typing import Any

import msgspec
from aiohttp import web

from vidra.kube.errors import KubeError
from vidra.ui.identity import Identity, remaining
from vidra.ui.rows import Rows, Subscription, Wanted
from vidra.ui.viewer import Viewer

SHORTEST = 0.25
"""Seconds between two events."""
HEARTBEAT = 15.0
"""Seconds without an event after which a line is sent that means nothing, so that a page knows that it is live."""
ASKED_AGAIN = 60.0
"""Seconds after which the API server is asked whether the viewer still may; not on a person's own machine."""
UNREAD = 30.0
"""Seconds in which a page has to take what it is sent."""
FIRST = 10.0
"""Seconds to wait for the first lists."""
_GZIP = 16 + zlib.MAX_WBITS


class EndedError(Exception):
    """The stream ends; the message says why."""


class Events:
    """The events of one answer, packed if the browser takes that."""

    def __init__(self, request: web.Request) -> None:
        self.response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
        )
        self._packer = None
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            self.response.headers["Content-Encoding"] = "gzip"
            # Less memory than by default: a page stays open for days.
            self._packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP, 6)
        self._request = request

    async def send(self, name: str, data: Any) -> None:
        """Send an event.

        Raises:
            EndedError: The page does not take it.
        """
        body = b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"
        await self._write(await asyncio.to_thread(self._packed, body) if len(body) > 1 << 17 else self._packed(body))

    async def beat(self) -> None:
        """Send a line without a meaning.

        Raises:
            EndedError: The page does not take it.
        """
        await self._write(self._packed(b": \n\n"))

    def _packed(self, body: bytes) -> bytes:
        return self._packer.compress(body) + self._packer.flush(zlib.Z_SYNC_FLUSH) if self._packer else body

    async def _write(self, body: bytes) -> None:
        try:
            async with asyncio.timeout(UNREAD):
                await self.response.write(body)
        except TimeoutError:
            if self._request.transport:
                self._request.transport.abort()
            raise EndedError("the page does not read") from None
        except ConnectionError:
            raise EndedError("the page is closed") from None


async def stream(
    request: web.Request, identity: Identity, viewer: Viewer, wanted: Wanted, *, ask_again: bool
) -> web.StreamResponse:
    """Serve a stream until the page is closed, or the rights end.

    Args:
        ask_again: Whether the API server is asked now and then if the viewer still may see syncs.
    """
    events = Events(request)
    await events.response.prepare(request)
    subscription = Subscription(viewer, wanted)
    viewer.subscribers.add(subscription)
    try:
        await viewer.watched(FIRST)
        await events.send("snapshot", {"tables": subscription.everything(), **_beside(viewer)})
        await _follow(events, subscription, identity, viewer, ask_again=ask_again)
    except EndedError:
        pass
    finally:
        viewer.subscribers.discard(subscription)
    return events.response


async def _follow(
    events: Events, subscription: Subscription, identity: Identity, viewer: Viewer, *, ask_again: bool
) -> None:
    asked = time.monotonic()
    while True:
        wait = min(HEARTBEAT, max(remaining(identity, ASKED_AGAIN), 0.05))
        try:
            async with asyncio.timeout(wait):
                await subscription.event.wait()
        except TimeoutError:
            await events.beat()
        if not viewer.over and ask_again and (time.monotonic() - asked > ASKED_AGAIN or remaining(identity, 1) == 0):
            asked = time.monotonic()
            if why := await _lost(identity, viewer):
                viewer.end(why)
        if viewer.over:
            await events.send("end", {"why": viewer.over})
            return
        if subscription.event.is_set():
            await _send_changes(events, viewer, *subscription.take())
            await asyncio.sleep(SHORTEST)


async def _send_changes(events: Events, viewer: Viewer, rows: Rows, sight: bool) -> None:
    if rows:
        await events.send("delta", rows)
    if sight:
        await events.send("sight", _beside(viewer))


def _beside(viewer: Viewer) -> dict[str, Any]:
    """What every page says, whatever it shows."""
    return {"sight": viewer.sight(), "held": len(viewer.held)}


async def _lost(identity: Identity, viewer: Viewer) -> str:
    """Why the viewer may see nothing any more; empty while that is not known, or not so."""
    if remaining(identity, 1) == 0:
        return "your token has expired: log in again"
    try:
        return await viewer.still_allowed()
    except KubeError:
        return ""
