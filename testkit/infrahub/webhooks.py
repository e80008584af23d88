"""The webhooks of an Infrahub: kept as its GraphQL has them, and called as Infrahub does it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import aiohttp
import msgspec

from testkit.infrahub.history import MAIN, Stored, Version, now
from testkit.infrahub.release import V1_4, Release

Json = dict[str, Any]


class Webhook(msgspec.Struct):
    """A CoreStandardWebhook."""

    id: str
    name: str
    url: str
    shared_key: str
    event_type: str = "all"
    branch_scope: str = "default_branch"
    validate_certificates: bool | None = True
    node_kind: str | None = None
    active: bool = True

    def wants(self, event: str, branch: str, kind: str = "") -> bool:
        """Whether it is called for an event.

        Args:
            kind: Of the node, in an event about a node.
        """
        if not self.active or (kind and self.node_kind and self.node_kind != kind):
            return False
        scopes = {"all_branches": True, "default_branch": branch == MAIN, "other_branches": branch != MAIN}
        return self.event_type in {"all", event} and scopes[self.branch_scope]


class Webhooks:
    """The webhooks, and the calls that are under way."""

    def __init__(self, release: Release = V1_4) -> None:
        self.all: dict[str, Webhook] = {}
        self.muted = False
        """Whether events go nowhere, as when the worker that sends them is away."""
        self.spaced = release.signs_spaced
        """Whether what is signed has spaces, as up to Infrahub 1.6."""
        self.attempts = release.calls_at_once
        """How often one that is not answered is called, within an instant and each time with an id of its own."""
        self.answers: list[int] = []
        """What receivers answered; 0 when they did not."""
        self._calls: set[asyncio.Task[None]] = set()
        self._last: dict[str, Json] = {}

    def put(self, **fields: Any) -> str:
        """A new one; gives its id."""
        webhook = Webhook(id=str(uuid.uuid4()), **fields)
        self.all[webhook.id] = webhook
        return webhook.id

    def generated(self, artifact: Stored, branch: str, before: Version | None) -> None:
        """Tell of an artifact that has a text, or another one."""
        event = f"infrahub.artifact.{'created' if before is None else 'updated'}"
        wanted = [webhook for webhook in self.all.values() if webhook.wants(event, branch)]
        self._last[artifact.id] = payload = _payload(event, artifact, branch, before)
        if not self.muted:
            self._send(wanted, payload)

    def deleted(self, artifact: Stored, branch: str) -> None:
        """Tell that an artifact was deleted: as of any node, because there is no event of its own for that."""
        event = "infrahub.node.deleted"
        wanted = [webhook for webhook in self.all.values() if webhook.wants(event, branch, "CoreArtifact")]
        if not self.muted:
            self._send(wanted, _node_payload(event, artifact, branch))

    def tell(self, artifact: str) -> None:
        """Tell everybody once more, late, as another event, what was last true of an artifact."""
        self._send(list(self.all.values()), {**self._last[artifact], "id": str(uuid.uuid4())})

    async def sent(self) -> None:
        """Wait until every call is answered, or given up."""
        while self._calls:
            await asyncio.wait(self._calls)

    async def stop(self) -> None:
        """Give up what is under way."""
        for task in self._calls:
            task.cancel()
        await self.sent()

    def _send(self, wanted: Iterable[Webhook], payload: Json) -> None:
        for webhook in wanted:
            task = asyncio.get_running_loop().create_task(self._call(webhook, payload), name="webhook")
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)

    async def _call(self, webhook: Webhook, payload: Json) -> None:
        async with aiohttp.ClientSession() as session:
            for _ in range(self.attempts):
                status = await _send(session, webhook, payload, spaced=self.spaced)
                self.answers.append(status)
                if 200 <= status < 400:
                    return


async def _send(session: aiohttp.ClientSession, webhook: Webhook, payload: Json, *, spaced: bool) -> int:
    signed = signed_headers(webhook.shared_key, payload, spaced=spaced)
    headers = {"Content-Type": "application/json", **signed}
    try:
        async with session.post(webhook.url, data=compact(payload), headers=headers) as answer:
            return answer.status
    except aiohttp.ClientError:
        return 0


def signed_headers(
    key: str, payload: Mapping[str, Any], *, now: float | None = None, spaced: bool = True
) -> dict[str, str]:
    """The three headers: what is signed is not what is sent.

    Args:
        spaced: As Infrahub signs up to 1.6; since 1.7 it leaves the spaces out.
    """
    text = json.dumps(payload, separators=None if spaced else (",", ":"))
    id_, moment = f"msg_{uuid.uuid4().hex}", str(int(time.time() if now is None else now))
    digest = hmac.digest(key.encode(), f"{id_}.{moment}.{text}".encode(), hashlib.sha256)
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": id_, "webhook-timestamp": moment, "webhook-signature": signature}


def compact(payload: Mapping[str, Any]) -> bytes:
    """The body as it is sent: without spaces, in raw UTF-8."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def _payload(event: str, artifact: Stored, branch: str, before: Version | None) -> Json:
    version = artifact.versions[-1]
    definition = uuid.uuid5(uuid.NAMESPACE_OID, artifact.name)
    return {
        "data": {
            "node_id": artifact.id,
            "artifact_definition_id": str(definition),
            "artifact_definition_name": f"{artifact.name} (für alle)",
            "target_id": artifact.object.id,
            "target_kind": artifact.object.kind,
            "checksum": version.checksum,
            "checksum_previous": before.checksum if before else None,
            "storage_id": version.storage_id,
            "storage_id_previous": before.storage_id if before else None,
        },
        **_envelope(event, branch),
    }


def _node_payload(event: str, artifact: Stored, branch: str) -> Json:
    changes = {"node_id": artifact.id, "node_kind": "CoreArtifact", "display_label": artifact.name, "attributes": {}}
    data = {"kind": "CoreArtifact", "node_id": artifact.id, "action": "deleted", "changelog": changes, "fields": []}
    return {"data": data, **_envelope(event, branch)}


def _envelope(event: str, branch: str) -> Json:
    return {
        "id": str(uuid.uuid4()),
        "branch": branch,
        "account_id": str(uuid.uuid4()),
        "occured_at": str(now()),
        "event": event,
    }
