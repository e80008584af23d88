"""Inline as a kind of source: what its watches brought, without a request."""

from __future__ import annotations

from collections.abc import Callable

from vidra.api.names import MANIFESTS_LABEL
from vidra.api.sources import InlineSource as InlineSpec
from vidra.kube.types import ConfigMap, Secret
from vidra.sources.inline.source import InlineSource
from vidra.sources.lent import Lent
from vidra.sources.protocol import Concerns, Remark, Source


class InlineKind:
    """Implements `vidra.sources.protocol.SourceKind`.

    Who may give Vidra manifests this way may give it settings, or credentials, in the same place: ConfigMaps count in
    Vidra's own namespace, Secrets in those whose credentials count.
    """

    credentials_label = ""

    def __init__(self, lent: Lent) -> None:
        self._lent = lent

    async def open(self, spec: InlineSpec, remark: Remark) -> Source:  # noqa: ARG002 -- there is nothing to remark
        """The objects with the label, as they are now."""
        return InlineSource(
            spec.label, [item for item in self._lent.manifests if _label(item) == spec.label], self._lent.max_units
        )

    def host(self, spec: InlineSpec) -> str:  # noqa: ARG002 -- nobody is asked
        """Nobody."""
        return ""

    def listen(self, changed: Callable[[Concerns[InlineSpec]], None]) -> None:
        """Call this when an object with manifests appears, disappears, or holds something else."""

        def report(old: ConfigMap | Secret | None, new: ConfigMap | Secret | None) -> None:
            if old is None or new is None or (old.data, _label(old)) != (new.data, _label(new)):
                labels = {_label(item) for item in (old, new) if item is not None}
                changed(lambda spec: spec.label in labels)

        self._lent.manifests.listen(report)

    async def close(self) -> None:
        """Nothing is open."""


def _label(item: ConfigMap | Secret) -> str:
    return item.metadata.labels.get(MANIFESTS_LABEL, "")
