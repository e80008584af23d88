"""The body of a call: read up to a cap and for a time, and taken apart once it is known who sent it."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import aiohttp
import msgspec
from aiohttp import web

from vidra.api.typed_json import UnreadableError, decode
from vidra.controllers.sync.webhooks.event import ArtifactEvent
from vidra.web.webhooks.result import Refused, Result

READ_WITHIN = 5.0
"""Seconds that a body may take."""
EVENTS = frozenset({"infrahub.artifact.created", "infrahub.artifact.updated"})
DELETED = "infrahub.node.deleted"
"""There is no event of their own for artifacts that are deleted."""
ARTIFACT = "CoreArtifact"


T = TypeVar("T")


class _Data(msgspec.Struct):
    node_id: str
    checksum: str | None = None
    kind: str = ""
    """In an event about a node."""


class Body(msgspec.Struct):
    """The fields of all events; an artifact event also has `data`."""

    id: str
    event: str
    branch: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


async def read(request: web.BaseRequest, cap: int) -> bytes:
    """All of it, up to so many bytes.

    Raises:
        Refused: It is too large or too slow, or it broke off.
    """
    if (request.content_length or 0) > cap:
        raise _too_large(cap)
    body = bytearray()
    try:
        async with asyncio.timeout(READ_WITHIN):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > cap:
                    raise _too_large(cap)
    except TimeoutError:
        raise Refused(Result.TOO_SLOW, 408, f"the body did not come within {READ_WITHIN:g} s") from None
    except (aiohttp.ClientError, web.RequestPayloadError, OSError):
        raise Refused(Result.MALFORMED, 400, "the body broke off") from None
    return bytes(body)


def opened(body: bytes) -> Body:
    """The event in a body.

    Raises:
        Refused: It is none of Infrahub's.
    """
    return _decoded(body, Body)


def artifact_event(body: Body, infrahubs: frozenset[str]) -> ArtifactEvent | None:
    """The event, if it is one about an artifact in a branch.

    Raises:
        Refused: It says that it is one, and is not.
    """
    deleted = body.event == DELETED
    if not (deleted or body.event in EVENTS) or body.branch is None:
        return None
    data = _decoded(bytes(body.data), _Data)
    if deleted and data.kind != ARTIFACT:
        return None
    return ArtifactEvent(
        branch=body.branch,
        artifact=data.node_id,
        checksum="" if deleted else data.checksum or "",
        infrahubs=infrahubs,
        deleted=deleted,
    )


def _decoded(text: bytes, kind: type[T]) -> T:
    try:
        return decode(text, kind)
    except UnreadableError:
        raise Refused(Result.MALFORMED, 400, "the body is not an event of Infrahub") from None


def _too_large(cap: int) -> Refused:
    return Refused(Result.TOO_LARGE, 413, f"the body is over {cap} bytes")
