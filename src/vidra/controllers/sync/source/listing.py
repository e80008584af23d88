"""Reads the listing of a sync's source; what has nothing in it may be taken at its word."""

from __future__ import annotations

from vidra.api.sync import Sync
from vidra.sources.protocol import Listing, NothingThereError, Source


async def list_units(sync: Sync, source: Source) -> Listing:
    """The units of a sync; none where the source has nothing of what the sync names, and `allowEmpty` is true.

    Raises:
        SourceError: There is no list. Never read as an empty one.
    """
    try:
        return await source.list()
    except NothingThereError:
        if not sync.spec.allow_empty:
            raise
        return Listing(())
