"""Reads the listing of a sync's source; what has nothing in it may be taken at its word."""

from __future__ import annotations

import msgspec

from vidra.api.sync import AllowEmpty, Sync
from vidra.sources.protocol import Confirming, Listing, NothingThereError, Source


async def list_units(sync: Sync, source: Source) -> Listing:
    """The units of a sync; none where the source has nothing of what the sync names, and `allowEmpty` is true.

    Invariant: an empty list is confirmed only by an answer that was asked for after it.

    Raises:
        SourceError: There is no list. Never read as an empty one.
    """
    try:
        listing = await source.list()
    except NothingThereError:
        if not sync.spec.takes_empty:
            raise
        return Listing(())
    if listing.units or listing.missing or listing.left_out or sync.spec.allow_empty is not AllowEmpty.CONFIRMED:
        return listing
    confirmed = isinstance(source, Confirming) and await source.is_defined()
    return msgspec.structs.replace(listing, confirmed=confirmed)
