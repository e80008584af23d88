"""Traces changes of artifacts: from a list of Infrahub until their objects are healthy, one trace for each change.

One process reconciles a sync and its VidraResources, so a delivery is kept in memory and costs no write. It is lost
with the process; the rest of that delivery is then not traced.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec

from vidra.api.conditions import Verdict
from vidra.api.health import Status
from vidra.api.resource import VidraResource
from vidra.sources.protocol import Unit
from vidra.telemetry.metrics import Metrics
from vidra.telemetry.tracing import NOTHING, Span, Tracing, start_span, use_span


class PollTimes(msgspec.Struct, frozen=True):
    """When a list was requested, and when it arrived."""

    asked: int
    """Nanoseconds since 1970."""
    came: int


class Delivery:
    """One change of one artifact that is being delivered to one or many clusters.

    Its span ends when it is delivered everywhere, or as soon as a person has to act. What follows is still a part of
    the same trace.
    """

    def __init__(self, span: Span, asked: int) -> None:
        self.span = span
        self._asked = asked
        self.under_way: set[str] = set()
        """VidraResources that have not got it yet."""

    @property
    def seconds(self) -> float:
        """The age of the delivery: since Infrahub was asked."""
        return (time.time_ns() - self._asked) / 1e9

    @property
    def begun(self) -> datetime:
        """When Infrahub was asked."""
        return datetime.fromtimestamp(self._asked / 1e9, UTC)

    def leave(self, name: str, how: str = "") -> None:
        """One of the VidraResources has got it, or never will."""
        self.under_way.discard(name)
        if how:
            self.span.set_attributes({"vidra.ended": how})
        if not self.under_way:
            self.span.end()

    def fail(self, why: str) -> None:
        """A person has to act."""
        self.span.fail(why)
        self.span.end()


class _Leg:
    """The part of a delivery for one VidraResource."""

    def __init__(self, trace: Delivery, checksum: str) -> None:
        self.trace = trace
        self.checksum = checksum
        self.applied = False
        self.health = NOTHING


class DeliveryTracer:
    """All running deliveries, by VidraResource; a newer text replaces an older one."""

    def __init__(self, metrics: Metrics, tracing: Tracing) -> None:
        self._metrics = metrics
        self._tracing = tracing
        self._legs: dict[str, _Leg] = {}

    @contextmanager
    def start(self, sync: str, artifact: Unit, listed: PollTimes) -> Iterator[Delivery]:
        """A list shows a change. What is done in this context belongs to it."""
        about = {"vidra.sync": sync, "vidra.artifact": artifact.id, "vidra.checksum": artifact.marker or ""}
        trace = Delivery(self._tracing.begin("artifact change", about, begun=listed.asked), listed.asked)
        trace.span.child("query", begun=listed.asked).end(listed.came)
        try:
            with use_span(trace.span):
                yield trace
        except Exception as error:
            trace.fail(str(error))
            raise
        finally:
            if not trace.under_way:
                trace.span.end()

    def assign(self, name: str, trace: Delivery, checksum: str) -> None:
        """The text is about to be written into this VidraResource."""
        self._end(name, "superseded")
        trace.under_way.add(name)
        self._legs[name] = _Leg(trace, checksum)

    @contextmanager
    def resume(self, resource: VidraResource, doing: str) -> Iterator[None]:
        """What is done in this context belongs to the change that this VidraResource has not applied yet."""
        leg = self._leg(resource)
        if leg is None:
            yield
            return
        with use_span(leg.trace.span), start_span(doing, {"vidra.resource": resource.metadata.name}):
            yield

    def begun(self, resource: VidraResource) -> datetime | None:
        """When the source was asked for the text that is on its way to this VidraResource; None if none is."""
        leg = self._leg(resource)
        return leg.trace.begun if leg else None

    def record_outcome(self, resource: VidraResource, verdict: Verdict, checksum: str, health: Status | None) -> None:
        """The result of a reconcile or of a health check."""
        leg, name = self._leg(resource), resource.metadata.name
        if leg is None:
            return
        if checksum == leg.checksum and not leg.applied:
            leg.applied = True
            leg.health = leg.trace.span.child("wait for health", {"vidra.resource": name})
            self._measure(leg, "applied")
        if leg.applied and health is Status.CURRENT:
            self._measure(leg, "healthy")
            self._end(name)
        elif leg.applied and health is Status.FAILED:
            leg.trace.fail(f"{name}: its objects have failed")
        elif not verdict.ready and not verdict.progressing:
            leg.trace.fail(f"{name}: {verdict.reason}: {verdict.message}")

    def forget(self, name: str) -> None:
        """The VidraResource was deleted."""
        self._end(name, "removed")

    def close(self) -> None:
        """The process ends; so do all traces."""
        for name in list(self._legs):
            self._end(name, "interrupted")

    def _leg(self, resource: VidraResource) -> _Leg | None:
        leg, content = self._legs.get(resource.metadata.name), resource.spec.content
        return leg if leg and content and content.checksum == leg.checksum else None

    def _measure(self, leg: _Leg, until: str) -> None:
        self._metrics.delivery.labels(until).observe(leg.trace.seconds)

    def _end(self, name: str, how: str = "") -> None:
        if leg := self._legs.pop(name, None):
            leg.health.end()
            leg.trace.leave(name, how)
