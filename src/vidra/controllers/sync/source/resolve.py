"""Opens the source of a sync, for one poll."""

from __future__ import annotations

from yarl import URL

from vidra.api.reasons import Reason
from vidra.api.sync import Sync
from vidra.controllers.runtime.context import ControllerContext
from vidra.sources.kinds import Sources
from vidra.sources.protocol import Remark, Source, SourceError


def remarks_on(shared: ControllerContext, sync: Sync) -> Remark:
    """Records what a person should know about a sync as Events."""

    def remark(reason: Reason, message: str) -> None:
        shared.recorder.say(sync, "Warning", reason, message)

    return remark


async def connect(shared: ControllerContext, sync: Sync, sources: Sources) -> Source:
    """The source of a sync. Remarks about its credentials are recorded as Events.

    Raises:
        SourceError: The spec, or the credentials for it, cannot be used. The message names credentials in a
            namespace that is ignored.
    """
    try:
        return await sources.open(sync.source, remarks_on(shared, sync))
    except SourceError as error:
        if error.reason is not Reason.CREDENTIALS_MISSING:
            raise
        label, host = sources.credentials_label(sync.source), sources.host(sync.source)
        more = await shared.overlooked.hint(label, URL(f"//{host}").host or "")
        raise SourceError(error.reason, f"{error}{more}") from None
