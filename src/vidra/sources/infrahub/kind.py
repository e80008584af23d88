"""Infrahub as a kind of source: the pool of its clients, and the credentials for each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from vidra.api.names import INFRAHUB_LABEL
from vidra.api.reasons import Reason
from vidra.api.sources import InfrahubSource as InfrahubSpec
from vidra.api.times import parse_target_date
from vidra.kube.types import Secret
from vidra.sources.infrahub.client_pool import InfrahubPool
from vidra.sources.infrahub.credentials import choose, concerns, is_another, named
from vidra.sources.infrahub.limits import InfrahubLimits
from vidra.sources.infrahub.selection import Selection
from vidra.sources.infrahub.source import InfrahubSource
from vidra.sources.lent import Lent
from vidra.sources.protocol import Concerns, Remark, Source, SourceError
from vidra.sources.transport.places import host_of


class InfrahubKind:
    """Implements `vidra.sources.protocol.SourceKind`."""

    credentials_label = INFRAHUB_LABEL

    def __init__(self, lent: Lent) -> None:
        self._lent = lent
        self._pool = InfrahubPool(InfrahubLimits(max_artifacts=lent.max_units), lent.infrahub_traffic)

    async def open(self, spec: InfrahubSpec, remark: Remark) -> Source:
        """The Infrahub of a spec, and what is selected in it."""
        selection = _selection(spec, self._lent.query())
        lent = self._lent
        known = (lent.infrahub_secrets, lent.namespace, lent.syncs)
        choice = choose(spec.infrahub_api_url, *known, reveal=lent.reveal)
        for why in choice.passed_over:
            remark(Reason.CREDENTIALS_INVALID, f"{why}; using the Secret {named(choice.secret)}")
        if choice.others:
            others = ", ".join(sorted(named(secret) for secret in choice.others))
            remark(
                Reason.CREDENTIALS_AMBIGUOUS,
                f"using the Secret {named(choice.secret)}; these match as well: {others}",
            )
        return InfrahubSource(await self._pool.get(spec.infrahub_api_url, choice.credential), selection)

    def host(self, spec: InfrahubSpec) -> str:
        """Host and port."""
        return host_of(spec.infrahub_api_url)

    def listen(self, changed: Callable[[Concerns[InfrahubSpec]], None]) -> None:
        """Call this when credentials change: the next poll with others may give another result."""

        def report(old: Secret | None, new: Secret | None) -> None:
            secrets = [secret for secret in (old, new) if secret]
            if is_another(old, new):
                changed(lambda spec: any(concerns(secret, spec.infrahub_api_url) for secret in secrets))

        self._lent.infrahub_secrets.listen(report)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()


def _selection(spec: InfrahubSpec, query: str) -> Selection:
    date = (spec.target_date or "").strip()
    if bool(spec.artefact_name) == bool(spec.artifact_name):
        raise SourceError(Reason.INVALID_SPEC, "spec.source: set exactly one of artifactName and artefactName")
    try:
        at = parse_target_date(date, datetime.now(UTC))
    except ValueError as error:
        raise SourceError(Reason.INVALID_SPEC, f"spec.source.targetDate: {error}") from None
    return Selection(
        artifact_name=spec.artifact,
        branch=spec.target_branch,
        query=query,
        at=at,
        date=date,
        targets=spec.targets,
    )
