"""Calls Vidra as Infrahub would, with an event that means nothing, to see that it is heard."""

from __future__ import annotations

import asyncio
import time
import uuid

import aiohttp

from vidra.cli.errors import CommandError
from vidra.cli.terminal import echo, one_line
from vidra.kube.client import encode
from vidra.web.webhooks.signature import signature

PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 2.0)
"""Seconds after a refusal: the operator may see a new key a moment later than the API server has it."""
EVENT = "vidra.check"


async def heard(url: str, key: str, *, verify: bool) -> None:
    """Say that calls are heard, or that it cannot be told from here.

    Raises:
        CommandError: What answers is not Vidra with this key.
    """
    try:
        status = await _call(url, key, verify=verify)
        for pause in PAUSES:
            if status == 401:
                await asyncio.sleep(pause)
                status = await _call(url, key, verify=verify)
    except (aiohttp.ClientError, TimeoutError) as error:
        why = str(error) or "no answer in time"
        echo(one_line(f"{url} cannot be reached from here: {why}"), err=True)
        echo("to see whether Infrahub reaches it: change an artifact, look at vidra_webhook_requests_total", err=True)
        return
    if status != 202:
        raise CommandError(f"{url} answers {status}: {_HINTS.get(status, 'it is not where Vidra receives webhooks')}")
    echo(one_line(f"{url}: accepted (signature verified)"))


_HINTS = {
    401: "it has another key, or another time; is the Secret in the operator's own namespace?",
    503: "the operator has only just started; try again",
}


async def _call(url: str, key: str, *, verify: bool) -> int:
    body = encode({"id": str(uuid.uuid4()), "event": EVENT, "data": {}})
    id_, moment = f"msg_{uuid.uuid4().hex}", str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": moment,
        "webhook-signature": signature(key.encode(), id_, moment, body),
    }
    timeout = aiohttp.ClientTimeout(total=10)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.post(url, data=body, headers=headers, ssl=verify, allow_redirects=False) as answer,
    ):
        return answer.status
