"""Records Kubernetes Events in the background; repeated ones are dropped, and no caller waits."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

import structlog

from vidra.api.meta import Meta
from vidra.api.names import TRACE_ID
from vidra.api.quoting import one_line
from vidra.kube.client import Client, encode
from vidra.kube.errors import ApiError, KubeError

log = structlog.get_logger("vidra.events")

WAITING = 1_000
"""Events that may wait to be written; more are dropped, because no Event is worth blocking the work."""
LATENCY = 0.02
"""Seconds between two Events: recording must not slow down the work."""
SAME_AGAIN = 600.0
"""Seconds for which the same words about the same object are not repeated."""
MESSAGE_LIMIT = 1_000
"""Characters; the API server takes 1,024 bytes and a little of that is for what is not ASCII."""


class Subject(Protocol):
    """The object that an Event is about."""

    @property
    def metadata(self) -> Meta: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def api_version(self) -> str: ...  # noqa: D102


class Recorder:
    """Writes Events in the background, one at a time."""

    def __init__(self, client: Client, component: str = "vidra") -> None:
        self._client = client
        self._component = component
        self._instance = f"{component}-{os.uname().nodename}"[:128]
        self._waiting: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(WAITING)
        self._said: dict[bytes, float] = {}
        self._began = time.monotonic()

    def say(
        self,
        subject: Subject,
        kind: Literal["Normal", "Warning"],
        reason: str,
        message: str,
        *,
        change: bool = False,
        known: bool = False,
        trace: str = "",
    ) -> bool:
        """Record an Event, and return at once; False when this process recorded the same one recently.

        Args:
            change: Something happened, which is worth an Event each time; otherwise a state lasts.
            known: The subject's status said so before. After a start that is not new: the earlier process wrote the
                Event together with the status. It is repeated when this process has run for the time in which
                repetitions are dropped.
            trace: Id of the trace that it is a part of, if there is one.
        """
        digest = hashlib.blake2b(f"{subject.metadata.uid}\0{reason}\0{message}".encode(), digest_size=16).digest()
        now = time.monotonic()
        last = self._said.get(digest)
        if not change and last is not None and now - last < SAME_AGAIN:
            return False
        if len(self._said) > 10 * WAITING:
            self._said = {key: at for key, at in self._said.items() if now - at < SAME_AGAIN}
        self._said[digest] = now
        if known and not change and last is None and now - self._began < SAME_AGAIN:
            return True
        try:
            self._waiting.put_nowait(self._event(subject, kind, reason, message, trace))
        except asyncio.QueueFull:
            log.warning("event dropped", name=subject.metadata.name, reason=reason)
        return True

    async def run(self) -> None:
        """Write the recorded Events, until cancelled."""
        while True:
            path, body = await self._waiting.get()
            try:
                await self._client.send("POST", path, body=body, repeatable=False)
            except KubeError as error:
                forbidden = isinstance(error, ApiError) and error.code == 403
                log.warning("event not written", error=str(error), allowed=not forbidden)
            await asyncio.sleep(LATENCY)

    def _event(self, subject: Subject, kind: str, reason: str, message: str, trace: str) -> tuple[str, bytes]:
        # kubectl describe looks in "default" for the Events of a cluster-scoped object, and client-go writes them
        # there.
        namespace = subject.metadata.namespace or "default"
        now = datetime.now(UTC)
        stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        metadata: dict[str, Any] = {"generateName": f"{subject.metadata.name[:200].rstrip('.-')}."}
        if trace:
            metadata["annotations"] = {TRACE_ID: trace}
        return f"/api/v1/namespaces/{namespace}/events", encode(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {**metadata, "namespace": namespace},
                "involvedObject": {
                    "apiVersion": subject.api_version,
                    "kind": subject.kind,
                    "name": subject.metadata.name,
                    "namespace": subject.metadata.namespace,
                    "uid": subject.metadata.uid,
                    "resourceVersion": subject.metadata.resource_version,
                },
                "type": kind,
                "reason": reason,
                "message": one_line(message, MESSAGE_LIMIT),
                "source": {"component": self._component},
                "reportingComponent": self._component,
                "reportingInstance": self._instance,
                "firstTimestamp": stamp,
                "lastTimestamp": stamp,
                "count": 1,
            }
        )
