"""Tells how live objects are, by the rules of their kinds."""

from __future__ import annotations

from vidra.api.health import CURRENT, Health
from vidra.kube.discovery import Kind
from vidra.kube.live import LiveBody


class Verdicts:
    """The judge of all clusters' watches."""

    def needs_body(self, _: Kind) -> bool:
        """Whether more than its metadata is needed to tell how an object of this kind is."""
        return False

    def health(self, _: Kind, __: LiveBody) -> Health:
        """How an object is."""
        return CURRENT
