"""Evaluates the health of live objects, by Vidra's rules and those of its users."""

from __future__ import annotations

from vidra.api.health import Health
from vidra.apply.ended_objects import end_of
from vidra.apply.health.custom_rules import Rules
from vidra.kube.discovery import Kind
from vidra.kube.partial_metadata import ObjectForHealth


class Verdicts:
    """The health evaluator of all informers; the users' rules may change while Vidra runs."""

    def __init__(self) -> None:
        self.rules = Rules()

    def needs_body(self, kind: Kind) -> bool:
        """Whether more than metadata is needed for the health of this kind."""
        return self.rules.needs_body(kind.api_version, kind.kind)

    def health(self, kind: Kind, item: ObjectForHealth) -> Health:
        """The health of an object."""
        return self.rules.health_of(item.source(kind.api_version, kind.kind), has_status=kind.has_status)

    def end(self, kind: Kind, item: ObjectForHealth) -> str:
        """How an object ended by itself; empty while it runs."""
        return end_of(item.source(kind.api_version, kind.kind))
