"""A receiver of traces on loopback, as OpenTelemetry's collector is one: OTLP over HTTP."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import msgspec
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from testkit.patience import HANG


class Received(msgspec.Struct, frozen=True):
    """One span, as the wire had it."""

    trace: str
    id: str
    parent: str
    name: str
    began: int
    ended: int
    attributes: dict[str, Any]
    error: str
    """Why it failed; empty when it did not."""
    service: str


class Receiver:
    """From `async with` to its end, whatever is sent to `url` is in `spans`."""

    def __init__(self) -> None:
        self.spans: list[Received] = []
        self.headers: list[dict[str, str]] = []
        """Of each request."""
        self.url = ""
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes([web.post("/v1/traces", self._take)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def until(self, check: Callable[[list[Received]], bool], seconds: float = HANG) -> None:
        """Wait until what was received is as wanted.

        Raises:
            TimeoutError: It is not, in time.
        """
        async with asyncio.timeout(seconds):
            while not check(self.spans):
                self._news.clear()
                await self._news.wait()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        sent = ExportTraceServiceRequest.FromString(body)
        for of_service in sent.resource_spans:
            service = str(_plain(of_service.resource.attributes)["service.name"])
            self.spans += [_read(span, service) for scope in of_service.scope_spans for span in scope.spans]
        self.headers.append(dict(request.headers))
        self._news.set()
        return web.Response(content_type="application/x-protobuf")


def _read(span: Span, service: str) -> Received:
    failed = span.status.code == Status.STATUS_CODE_ERROR
    return Received(
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        name=span.name,
        began=span.start_time_unix_nano,
        ended=span.end_time_unix_nano,
        attributes=_plain(span.attributes),
        error=(span.status.message or "failed") if failed else "",
        service=service,
    )


def _plain(attributes: Any) -> dict[str, Any]:
    def value(item: KeyValue) -> Any:
        return getattr(item.value, str(item.value.WhichOneof("value")))

    return {item.key: value(item) for item in attributes}
