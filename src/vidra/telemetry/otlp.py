"""Traces with OpenTelemetry's SDK, sent as OTLP over HTTP by a separate thread."""

from __future__ import annotations

import asyncio
import contextlib
import threading

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span as Raw
from opentelemetry.trace import Status, StatusCode, Tracer, format_trace_id, set_span_in_context

from vidra import __version__
from vidra.telemetry.tracing import Attributes, Span, Tracing

LAST_WORDS = 1.0
"""Seconds to send the remaining spans when the operator ends."""


class Otel(Tracing):
    """Sampler, limits, headers, certificates and the rest follow the OTEL_ variables."""

    def __init__(self) -> None:
        self._provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("vidra", __version__)

    def begin(self, name: str, attributes: Attributes, *, begun: int) -> Span:
        """Start a trace."""
        raw = self._tracer.start_span(name, context=Context(), attributes=attributes, start_time=begun)
        return _Traced(self._tracer, raw)

    async def close(self) -> None:
        """Send the remaining spans, in a separate thread: the process does not wait if it hangs."""
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        def shut_down() -> None:
            self._provider.shutdown()
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(done.set)

        threading.Thread(target=shut_down, name="last traces", daemon=True).start()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS):
                await done.wait()


class _Traced(Span):
    def __init__(self, tracer: Tracer, raw: Raw) -> None:
        self._tracer = tracer
        self._raw = raw
        context = raw.get_span_context()
        self.trace = format_trace_id(context.trace_id) if context.trace_flags.sampled else ""

    def child(self, name: str, attributes: Attributes | None = None, *, begun: int | None = None) -> Span:
        context = set_span_in_context(self._raw)
        raw = self._tracer.start_span(name, context=context, attributes=attributes, start_time=begun)
        return _Traced(self._tracer, raw)

    def set_attributes(self, attributes: Attributes) -> None:
        if self._raw.is_recording():
            self._raw.set_attributes(attributes)

    def fail(self, why: str) -> None:
        if self._raw.is_recording():
            self._raw.set_status(Status(StatusCode.ERROR, why))

    def end(self, at: int | None = None) -> None:
        if self._raw.is_recording():
            self._raw.end(at)


def _resource() -> Resource:
    """As the variables say; without a name, the service is vidra."""
    resource = Resource.create({SERVICE_VERSION: __version__})
    if str(resource.attributes[SERVICE_NAME]).startswith("unknown_service"):
        return resource.merge(Resource({SERVICE_NAME: "vidra"}))
    return resource
