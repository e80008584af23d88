"""What Flux has fetched, and what it says about it."""

from __future__ import annotations

import msgspec

from vidra.api.quoting import one_line
from vidra.api.sources import FluxSource as FluxSpec
from vidra.sources.downloaded import DownloadedSource
from vidra.sources.protocol import Files, Listing, Unit

_LONGEST = 300


class FluxSource:
    """Implements `vidra.sources.protocol.Source`.

    Args:
        remarks: What Flux says of the object: an archive may be there although it is suspended, or fails by now.
    """

    def __init__(self, archive: DownloadedSource[FluxSpec], remarks: tuple[str, ...]) -> None:
        self._archive = archive
        self._remarks = tuple(one_line(remark, _LONGEST) for remark in remarks)

    async def list(self) -> Listing:
        """The folders of the archive."""
        listing = await self._archive.list()
        return msgspec.structs.replace(listing, remarks=(*self._remarks, *listing.remarks))

    async def fetch(self, unit: Unit) -> bytes | Files:
        """The manifests of a folder, in one text; or the files of a chart or of a kustomization."""
        return await self._archive.fetch(unit)
