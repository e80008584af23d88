"""What a source of manifests promises: a listing of artifacts, and the text of each."""

from __future__ import annotations

from typing import Protocol

import msgspec

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason

LONGEST = 2_000
"""Characters of an error: a source may have written some of them."""


class Artifact(msgspec.Struct, frozen=True):
    """One text that a source offers."""

    id: str
    checksum: str | None
    """MD5 of the text, in hex; the one change marker. None: not generated yet."""
    failed: bool = False
    """The source says that its last generation failed; the checksum is that of the last good one."""


class Listing(msgspec.Struct, frozen=True):
    """What a source offers now."""

    artifacts: tuple[Artifact, ...]
    missing: str = ""
    """Why the list is incomplete; empty when it is complete. An incomplete list prunes nothing."""
    hint: str = ""
    """The end of a message about an empty list: which name may have been meant."""


class SourceError(Exception):
    """A source could not answer.

    Attributes:
        reason: From the closed set.
        retry_after: Seconds to wait before asking again, if the source said so.
    """

    def __init__(self, reason: Reason, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(one_line(message, LONGEST))
        self.reason = reason
        self.retry_after = retry_after


class Source(Protocol):
    """Where the manifests of one sync come from."""

    async def list(self) -> Listing:
        """The artifacts of the sync.

        Raises:
            SourceError: There is no list. Never read as an empty one.
        """
        ...

    async def fetch(self, artifact: Artifact) -> bytes:
        """The text of an artifact, verified against its checksum.

        Raises:
            SourceError: The text cannot be had, or is not what was announced.
        """
        ...
