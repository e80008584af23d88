"""The changes in clusters if a sync or a VidraResource were reconciled: by the API servers' own dry run."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.controllers.resource.dry_run import DryRunInput, DryRunResult
from vidra.views.dry_run import DryRunSession
from vidra.views.errors import ViewError
from vidra.views.object_diff import ObjectDiff, diffs_of


class Problem(msgspec.Struct, frozen=True):
    """Something that would be refused, or that cannot be seen."""

    reason: str
    message: str


class Diff(msgspec.Struct, frozen=True):
    """The answer."""

    objects: tuple[ObjectDiff, ...]
    """The changes, by cluster."""
    notes: tuple[str, ...]
    """Remarks."""
    problems: tuple[Problem, ...]
    """Why the answer is not complete, or what would not be applied."""


async def diff_of_sync(
    session: DryRunSession, sync: Sync, elsewhere: Mapping[str, str], values: bytes | None = None
) -> Diff:
    """The changes that a poll of the source would cause now.

    Args:
        elsewhere: Which revision to read instead of the sync's: `branch`, `date`, `tag`, `commit`, `chart-version`.
        values: YAML, for its charts, over their other values.

    Raises:
        SourceError: The source gives no list.
        ViewError: A stored text is deleted or damaged, or the source has no such revision.
    """
    if elsewhere:
        try:
            sync = sync.reading(sync.source.at(elsewhere))
        except ValueError as error:
            raise ViewError(f"{sync.metadata.name}: {error}") from None
    found = await session.polled(sync, values)
    # What stays as it is has nothing to do with another branch or date; without one, its drift belongs to the answer.
    kept = [] if elsewhere or values is not None else [await session.stored(item) for item in found.kept]
    result = await session.reconciled([*found.changes, *kept])
    problems = [Problem(trouble.reason, trouble.message) for trouble in found.troubles]
    return _diff(session, result, problems, [remark.message for remark in found.remarks])


async def diff_of_resource(session: DryRunSession, resource: VidraResource, text: bytes | None = None) -> Diff:
    """The changes in the cluster of a VidraResource.

    Args:
        text: Taken instead of its own.

    Raises:
        ViewError: Its text is deleted or damaged.
    """
    given = DryRunInput(resource, text) if text is not None else await session.stored(resource)
    return _diff(session, await session.reconciled([given]), [], [])


def _diff(session: DryRunSession, result: DryRunResult, problems: list[Problem], remarks: list[str]) -> Diff:
    changes = [(server, write.before, write.after) for server, write in session.clusters.writes()]
    changes += [("", None, item.body) for item in result.new]
    refused = [Problem(problem.reason, problem.message) for problem in result.problems]
    return Diff(
        objects=tuple(diffs_of(changes)),
        notes=(*result.notes, *remarks),
        problems=(*problems, *refused),
    )
