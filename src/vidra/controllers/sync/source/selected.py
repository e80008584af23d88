"""What a sync reads, in the words of its messages: pure.

Invariant: every message of a sync that is pinned to a point in time says so, because that explains what else would look
like a fault, and is easily forgotten.
"""

from __future__ import annotations

import msgspec

from vidra.api.conditions import Verdict
from vidra.api.sources import InfrahubSource


def date_of(source: InfrahubSource | None) -> str:
    """The point in time that a sync is pinned to, as its spec names it; empty: it reads the newest data.

    Args:
        source: None: another one than Infrahub, which has no dates.
    """
    return (source.target_date or "").strip() if source else ""


def selected(source: InfrahubSource | None) -> str:
    """The artifacts that a sync names: `"Web" on the branch "main" at 2026-01-31T12:00:00Z`; empty without Infrahub."""
    if source is None:
        return ""
    date = date_of(source)
    of = f" for {source.targets}" if source.targets and str(source.targets) else ""
    return f'"{source.artifact}"{of} on the branch "{source.target_branch}"{f" at {date}" if date else ""}'


def pinned(verdict: Verdict, source: InfrahubSource | None) -> Verdict:
    """The verdict over a sync, with the point in time that it is pinned to, if it does not say that already."""
    date = date_of(source)
    if not date or date in verdict.message:
        return verdict
    return msgspec.structs.replace(verdict, message=f"{verdict.message}; pinned to {date}")
