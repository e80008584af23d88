"""Who asks an API server, and what they may do with syncs and VidraResources."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from vidra.api.names import GROUP, PLURALS
from vidra.kube.access_review import is_allowed
from vidra.kube.client import Client, encode
from vidra.kube.decode import decode
from vidra.kube.errors import ApiError, KubeError

ACTIONS = ("reconcile", "suspend", "resume", "approve", "diff")
"""Verbs of Vidra's own, which a page in a cluster asks for besides those that the API server itself enforces."""
_GROUP = "authentication.k8s.io/v1"


class Person(msgspec.Struct, frozen=True):
    """Who asks."""

    user: str
    """Empty when the API server does not say (before v1.28)."""
    groups: tuple[str, ...] = ()


class Right(msgspec.Struct, frozen=True):
    """Whether something is allowed."""

    verb: str
    resource: str
    allowed: bool
    why: str = ""
    """Why not, or why that is not known."""


async def person(client: Client) -> Person:
    """Who asks.

    Raises:
        KubeError: There is no answer, or the credentials are not valid.
    """
    body = encode({"apiVersion": _GROUP, "kind": "SelfSubjectReview"})
    try:
        answer = decode(await client.send("POST", f"/apis/{_GROUP}/selfsubjectreviews", body=body), dict[str, Any])
    except ApiError as error:
        if error.unserved:
            return Person("")
        raise
    info = (answer.get("status") or {}).get("userInfo") or {}
    return Person(str(info.get("username", "")), tuple(map(str, info.get("groups") or ())))


async def rights(client: Client, *, virtual: bool) -> list[Right]:
    """What the asker may do, with each kind of Vidra's own: a right on one says nothing of another.

    Args:
        virtual: Whether Vidra's own verbs are asked for as well.
    """
    verbs = ("list", "patch", *(ACTIONS if virtual else ()))
    wanted = [(verb, plural) for verb in verbs for plural in PLURALS.values()]
    return list(await asyncio.gather(*(right(client, verb, resource) for verb, resource in wanted)))


async def right(client: Client, verb: str, resource: str, name: str = "") -> Right:
    """Whether the asker may do something. What is not known is not allowed.

    Args:
        name: Of the one that it is about; empty: of any.
    """
    attributes = {"verb": verb, "group": GROUP, "resource": resource, **({"name": name} if name else {})}
    try:
        allowed = await is_allowed(client, attributes)
    except KubeError as error:
        return Right(verb, resource, allowed=False, why=str(error))
    what = f"{verb} on {resource}.{GROUP}"
    return Right(verb, resource, allowed, "" if allowed else f"your role does not have the verb {what}")
