"""A receiver of webhooks as Infrahub reaches it, and the calls that Infrahub makes."""

from __future__ import annotations

import base64
from typing import Any

import aiohttp

from testkit.infrahub.webhooks import compact, signed_headers
from vidra.api.meta import Meta
from vidra.api.names import INFRAHUB_LABEL
from vidra.controllers.sync.webhooks.event import SourceEvent
from vidra.controllers.sync.webhooks.push import PushEvent
from vidra.kube.store import Store
from vidra.kube.types import Secret
from vidra.telemetry.metrics import Metrics
from vidra.web.webhooks.keys import Keys
from vidra.web.webhooks.receiver import PATH, Receiver
from vidra.web.webhooks.result import Result

KEY = "c2hhcmVkLWtleQ"
BODY: dict[str, Any] = {
    "data": {"node_id": "18a5", "checksum": "f" * 32, "artifact_definition_name": "Café 🐝"},
    "id": "event-1",
    "branch": "main",
    "account_id": None,
    "occured_at": "2026-11-26 01:00:00",
    "event": "infrahub.artifact.updated",
}


class Ear:
    """A receiver with its Secrets, what it heard, and a way to call it."""

    def __init__(self) -> None:
        self.secrets: Store[Secret] = Store()
        self.heard: list[SourceEvent] = []
        self.ready = True
        self.spaced = True
        """Whether Infrahub signs with spaces, as up to 1.6."""
        self.port = 0
        self.metrics = Metrics()
        self._version = 0
        self.receiver = Receiver(Keys(self.secrets), self._hear, lambda: self.ready, self.metrics.webhooks)

    def keep(self, name: str, *, infrahub: str = "", **values: str) -> None:
        """Put keys into a Secret."""
        self._version += 1
        annotations = {INFRAHUB_LABEL: infrahub} if infrahub else {}
        meta = Meta(name=name, uid=name, resource_version=str(self._version), annotations=annotations)
        data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
        self.secrets.changed(Secret(meta, data))

    async def call(
        self, body: Any = BODY, *, path: str = PATH, method: str = "POST", key: str = KEY, **headers: str | None
    ) -> int:
        """Call as Infrahub does; gives the status. Headers can be others, or be left out."""
        text, signed = (compact(body), body) if isinstance(body, dict) else (body, BODY)
        changed = {name.replace("_", "-"): value for name, value in headers.items()}
        all_ = {**signed_headers(key, signed, spaced=self.spaced), **changed}
        kept = {name: value for name, value in all_.items() if value is not None}
        async with aiohttp.request(method, f"http://127.0.0.1:{self.port}{path}", data=text, headers=kept) as answer:
            await answer.read()
            return answer.status

    def counts(self) -> dict[str, int]:
        """How many calls ended how; without those that none did."""
        found = {
            result: self.metrics.registry.get_sample_value("vidra_webhook_requests_total", {"result": result})
            for result in Result
        }
        return {str(result): int(count) for result, count in found.items() if count}

    def _hear(self, event: SourceEvent) -> bool:
        self.heard.append(event)
        return isinstance(event, PushEvent) or event.branch == "main"
