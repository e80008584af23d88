"""Which Infrahub a sync polls, with which query and which credentials."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from vidra.api.names import INFRAHUB_LABEL
from vidra.api.reasons import Reason
from vidra.api.sync import InfrahubSync
from vidra.api.times import parse_target_date
from vidra.controllers.runtime.context import ControllerContext
from vidra.controllers.sync.source.credentials import choose, named
from vidra.kube.store import Store
from vidra.kube.types import Secret
from vidra.sources.infrahub import InfrahubPool, InfrahubSource, Selection
from vidra.sources.infrahub.url import hostname_of
from vidra.sources.protocol import Source, SourceError

Remark = Callable[[Reason, str], None]


class SourceContext(msgspec.Struct, frozen=True):
    """What credentials are chosen from."""

    secrets: Store[Secret]
    syncs: Store[InfrahubSync]
    own: str
    """Vidra's namespace."""
    reveal: bool = False
    """Who reads the errors may read the Secrets as well."""


async def source_of(sync: InfrahubSync, query: str, known: SourceContext, pool: InfrahubPool, remark: Remark) -> Source:
    """The source that a sync's spec names.

    Raises:
        SourceError: The spec, or the credentials for it, cannot be used.
    """
    selection = _selection(sync, query)
    choice = choose(sync.spec.source.infrahub_api_url, known.secrets, known.own, known.syncs, reveal=known.reveal)
    for why in choice.passed_over:
        remark(Reason.CREDENTIALS_INVALID, f"{why}; using the Secret {named(choice.secret)}")
    if choice.others:
        others = ", ".join(sorted(named(secret) for secret in choice.others))
        remark(
            Reason.CREDENTIALS_AMBIGUOUS,
            f"using the Secret {named(choice.secret)}; these match as well: {others}",
        )
    return InfrahubSource(await pool.get(sync.spec.source.infrahub_api_url, choice.credential), selection)


async def connect(shared: ControllerContext, sync: InfrahubSync, pool: InfrahubPool) -> Source:
    """The source of a sync. Remarks about its credentials are recorded as Events.

    Raises:
        SourceError: The spec, or the credentials for it, cannot be used. The message names credentials in a
            namespace that is ignored.
    """
    known = SourceContext(shared.infrahub_secrets, shared.syncs, shared.namespace)

    def remark(reason: Reason, message: str) -> None:
        shared.recorder.say(sync, "Warning", reason, message)

    try:
        return await source_of(sync, shared.settings().query_name, known, pool, remark)
    except SourceError as error:
        if error.reason is not Reason.CREDENTIALS_MISSING:
            raise
        more = await shared.overlooked.hint(INFRAHUB_LABEL, hostname_of(sync.spec.source.infrahub_api_url))
        raise SourceError(error.reason, f"{error}{more}") from None


def _selection(sync: InfrahubSync, query: str) -> Selection:
    source = sync.spec.source
    date = (source.target_date or "").strip()
    if bool(source.artefact_name) == bool(source.artifact_name):
        raise SourceError(Reason.INVALID_SPEC, "spec.source: set exactly one of artifactName and artefactName")
    try:
        at = parse_target_date(date, datetime.now(UTC))
    except ValueError as error:
        raise SourceError(Reason.INVALID_SPEC, f"spec.source.targetDate: {error}") from None
    return Selection(artifact_name=source.artifact, branch=source.target_branch, query=query, at=at, date=date)
