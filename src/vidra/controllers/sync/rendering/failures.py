"""Renders that failed, and would again: they are not tried before their inputs change."""

from __future__ import annotations

from collections import OrderedDict

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason
from vidra.controllers.sync.artifacts.diff import SyncProblem
from vidra.render.errors import RenderError, RenderFault

_MOST = 1_000
_LONGEST = 1_000
_REASONS = {RenderFault.MISSING: Reason.RENDERER_MISSING, RenderFault.TOO_LARGE: Reason.TOO_LARGE}


class Failures:
    """The last failure of each unit of each sync; all of it can be found out again."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, str], dict[str, SyncProblem]] = OrderedDict()

    def get(self, sync: str, unit: str, marker: str) -> SyncProblem | None:
        """Why these inputs gave no text; None when they were not tried."""
        return self._held.get((sync, unit), {}).get(marker)

    def put(self, sync: str, unit: str, marker: str, problem: SyncProblem) -> None:
        """These inputs give no text."""
        held = self._held.setdefault((sync, unit), {})
        held[marker] = problem
        self._held.move_to_end((sync, unit))
        while len(held) > _MOST:
            held.pop(next(iter(held)))
        if len(self._held) > _MOST:
            self._held.popitem(last=False)


def failure_of(error: RenderError, what: str) -> SyncProblem:
    """What a person is told."""
    reason = _REASONS.get(error.fault, Reason.RENDER_FAILED)
    where = (
        f"{error.file}, line {error.line}: " if error.file and error.line else f"{error.file}: " if error.file else ""
    )
    told = str(error)
    where = "" if error.file and error.file in told else where
    return SyncProblem(
        reason, f"{what} cannot be rendered: {one_line(f'{where}{told}', _LONGEST)}; what is applied stays"
    )
