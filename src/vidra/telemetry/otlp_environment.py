"""Enables tracing by OpenTelemetry's own environment variables; without them it is off."""

from __future__ import annotations

import os
from collections.abc import Mapping

import structlog

from vidra.telemetry.tracing import Tracing

log = structlog.get_logger("vidra.manager")

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
SPOKEN = "http/protobuf"


def tracing_from_environment(environment: Mapping[str, str] = os.environ) -> Tracing:
    """The tracing to use. OpenTelemetry is imported only if an endpoint is set."""
    if not _wanted(environment):
        return Tracing()
    protocol = next((environment[name] for name in PROTOCOLS if environment.get(name)), SPOKEN)
    if protocol != SPOKEN:
        hint = f"{protocol} is not spoken: set {PROTOCOLS[1]} to {SPOKEN}, and name the port for it (usually 4318)"
        log.warning("traces are off", hint=hint)
        return Tracing()
    try:
        from vidra.telemetry.otlp import Otel  # noqa: PLC0415 - 0.1 s and 14 MB, for those who want it
    except ImportError:
        log.warning("traces are off", hint="OpenTelemetry is not installed: pip install 'vidra[traces]'")
        return Tracing()
    return Otel()


def _wanted(environment: Mapping[str, str]) -> bool:
    disabled = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    elsewhere = environment.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp"
    return not disabled and not elsewhere and any(environment.get(name) for name in ENDPOINTS)
