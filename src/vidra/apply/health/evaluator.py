"""Tells how live objects are, by Vidra's rules and those of its users."""

from __future__ import annotations

from vidra.api.health import Health
from vidra.apply.ended_objects import end_of
from vidra.apply.health.custom_rules import Rules
from vidra.kube.discovery import Kind
from vidra.kube.partial_metadata import ObjectForHealth


class Verdicts:
    """The judge of all clusters' watches; the rules of users change while Vidra runs."""

    def __init__(self) -> None:
        self.rules = Rules()

    def needs_body(self, kind: Kind) -> bool:
        """Whether more than its metadata is needed to tell how an object of this kind is."""
        return self.rules.needs_body(kind.api_version, kind.kind)

    def health(self, kind: Kind, item: ObjectForHealth) -> Health:
        """How an object is."""
        return self.rules.health_of(item.source(kind.api_version, kind.kind), has_status=kind.has_status)

    def end(self, kind: Kind, item: ObjectForHealth) -> str:
        """How an object came to its end by itself; empty while it has not."""
        return end_of(item.source(kind.api_version, kind.kind))
