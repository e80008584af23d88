"""For every sync: whether its source can be reached with the credentials for it, and gives a list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from vidra.api.sync import Sync
from vidra.common.text import command_line
from vidra.controllers.sync.source.selected import date_of, selected
from vidra.sources.infrahub import InfrahubSource
from vidra.sources.kinds import Sources, sources_of
from vidra.sources.lent import Lent
from vidra.sources.protocol import Listing, Source, SourceError
from vidra.views.checks.bounded import in_order
from vidra.views.checks.finding import Finding
from vidra.views.checks.part import Part


async def check_sources(syncs: Sequence[Sync], lent: Lent) -> AsyncIterator[Finding]:
    """One finding for each sync, by name."""
    if not syncs:
        yield Finding("sources", "unknown", "no sync names one yet", Part.SOURCES)
    async with sources_of(lent) as sources:
        by_name = sorted(syncs, key=lambda item: (item.metadata.name, item.kind))
        async for finding in in_order(Part.SOURCES, by_name, _title, lambda sync: _check(sync, sources)):
            yield finding


async def _check(sync: Sync, sources: Sources) -> Finding:
    remarks: list[str] = []
    try:
        source = await sources.open(sync.source, lambda _reason, message: remarks.append(message))
        listing = await source.list()
    except SourceError as error:
        return Finding(_title(sync), "problem", f"{error} ({error.reason})")
    return listing_finding(sync, listing, [*remarks, *await _shortcomings(sync, source)])


async def _shortcomings(sync: Sync, source: Source) -> list[str]:
    """What the stored query could say more; who may not see its text is told nothing."""
    if not isinstance(source, InfrahubSource):
        return []
    try:
        lacking = await source.lacks()
    except SourceError:
        return []
    if not lacking:
        return []
    command = command_line("vidra", "infrahub", "query", "apply", sync.source.address[1])
    return [f"its stored query does not select {', '.join(lacking)}: {command}"]


def listing_finding(sync: Sync, listing: Listing, remarks: Sequence[str]) -> Finding:
    """The finding about a listing.

    Args:
        remarks: Remarks about the credentials.
    """
    if listing.missing:
        return Finding(_title(sync), "problem", f"the list is incomplete: {listing.missing}")
    number = len(listing.units)
    if not number:
        return Finding(_title(sync), "problem", _nothing(sync, listing))
    what = f"{number} {sync.source.words.unit}{'' if number == 1 else 's'}"
    known = [f"{what} at {listing.revision}" if listing.revision else what, *listing.remarks, *remarks]
    return Finding(_title(sync), "ok", "; ".join(known))


def _title(sync: Sync) -> str:
    return f"{sync.source.address[0] or 'source'} of {sync.metadata.name}"


def _nothing(sync: Sync, listing: Listing) -> str:
    if asked := selected(sync.source.infrahub):
        late = date_of(sync.source.infrahub)
        what_to_do = "choose a later targetDate, or remove it" if late else "check name and branch"
        return f"no artifact {asked}{listing.hint or ':'} {what_to_do}"
    return "the source has nothing of what spec.source names"
