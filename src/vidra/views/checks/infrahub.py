"""For every sync: whether credentials are there, the log-in works and the stored query gives a list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from vidra.api.sync import InfrahubSync
from vidra.controllers.sync.source.resolve import SourceContext, source_of
from vidra.controllers.sync.source.selected import date_of, selected
from vidra.sources.infrahub import InfrahubPool
from vidra.sources.protocol import Listing, SourceError
from vidra.views.checks.bounded import in_order
from vidra.views.checks.finding import Finding
from vidra.views.checks.part import Part


async def check_infrahubs(syncs: Sequence[InfrahubSync], query: str, known: SourceContext) -> AsyncIterator[Finding]:
    """One finding for each sync, by name.

    Args:
        query: Name of the stored query.
    """
    if not syncs:
        yield Finding("infrahub", "unknown", "no sync names one yet", Part.INFRAHUB)
    pool = InfrahubPool()
    try:
        by_name = sorted(syncs, key=lambda item: item.metadata.name)
        async for finding in in_order(Part.INFRAHUB, by_name, _title, lambda sync: _check(sync, query, known, pool)):
            yield finding
    finally:
        await pool.close()


def _title(sync: InfrahubSync) -> str:
    return f"infrahub of {sync.metadata.name}"


async def _check(sync: InfrahubSync, query: str, known: SourceContext, pool: InfrahubPool) -> Finding:
    remarks: list[str] = []
    try:
        source = await source_of(sync, query, known, pool, lambda _reason, message: remarks.append(message))
        listing = await source.list()
    except SourceError as error:
        return Finding(f"infrahub of {sync.metadata.name}", "problem", f"{error} ({error.reason})")
    return listing_finding(sync, listing, remarks)


def listing_finding(sync: InfrahubSync, listing: Listing, remarks: Sequence[str]) -> Finding:
    """The finding about a list of artifacts.

    Args:
        remarks: Remarks about the credentials.
    """
    what = f"infrahub of {sync.metadata.name}"
    if listing.missing:
        return Finding(what, "problem", f"the list is incomplete: {listing.missing}")
    number = len(listing.artifacts)
    if not number:
        what_to_do = "choose a later targetDate, or remove it" if date_of(sync.spec.source) else "check name and branch"
        return Finding(what, "problem", f"no artifact {selected(sync.spec.source)}{listing.hint or ':'} {what_to_do}")
    return Finding(what, "ok", "; ".join([f"{number} artifact{'' if number == 1 else 's'}", *remarks]))
