"""A Git server as a caller: something was pushed to a repository."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from aiohttp import web

from vidra.api.typed_json import UnreadableError, decode
from vidra.controllers.sync.webhooks.push import PushEvent
from vidra.web.webhooks.body import read
from vidra.web.webhooks.caller import News
from vidra.web.webhooks.git_headers import git_signers, parse_git_headers
from vidra.web.webhooks.keys import Key
from vidra.web.webhooks.result import Refused, Result

CAP = 1024 * 1024
"""Bytes of a body. A push lists its commits."""
PUSHES = frozenset({"push", "create", "Push Hook", "Tag Push Hook"})


class _Repository(msgspec.Struct):
    clone_url: str | None = None
    ssh_url: str | None = None
    html_url: str | None = None
    git_http_url: str | None = None
    git_ssh_url: str | None = None


class _Push(msgspec.Struct):
    ref: str
    repository: _Repository = msgspec.field(default_factory=_Repository)
    project: _Repository = msgspec.field(default_factory=_Repository)
    """GitLab's."""


class GitCaller:
    """Implements `vidra.web.webhooks.caller.Caller`."""

    path = "/webhooks/git"

    async def listen(self, request: web.BaseRequest, keys: Sequence[Key], now: float) -> News:
        """Check who signed a call, and only then read it."""
        claim = parse_git_headers(request.headers, now)
        body = await read(request, CAP)
        signed_by = git_signers(claim, body, [key for key in keys if not key.infrahub])
        if not signed_by:
            raise Refused(Result.FORGED, 401, "no signature matches: is the secret the one in Vidra's Secret?")
        if claim.event not in PUSHES:
            return News(claim.id, None)
        bound = tuple(key.repositories for key in signed_by)
        return News(claim.id, _push_in(body, () if "" in bound else bound))


def _push_in(body: bytes, below: tuple[str, ...]) -> PushEvent:
    """The push in a body.

    Args:
        below: Starts of addresses that the keys are for; empty: any.
    """
    try:
        push = decode(body, _Push)
    except UnreadableError:
        raise Refused(Result.MALFORMED, 400, "the body is no push in JSON: choose application/json") from None
    urls = {url for part in (push.repository, push.project) for url in msgspec.structs.astuple(part) if url}
    return PushEvent(frozenset(urls), push.ref, below)
