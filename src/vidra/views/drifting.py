"""What differs from what was applied, who changed it, and the commands that lead on: pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, VidraResource
from vidra.apply.inventory import ref_of

MOST = 200


class Drifting(msgspec.Struct, frozen=True, omit_defaults=True):
    """An object that differs, and stays so for now."""

    resource: str
    object: str
    fights: bool = False
    """Whether somebody changes it again and again."""
    fields: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    """Who changed it, the latest first; empty when nobody knows."""
    message: str = ""
    commands: tuple[str, ...] = ()
    """Where it comes from, and who holds its fields."""


def drifting(resources: Iterable[VidraResource]) -> list[Drifting]:
    """The objects that differ, fights first; 200 at the most."""
    found = sorted((each for item in resources for each in _of(item)), key=lambda each: not each.fights)
    return found[:MOST]


def _of(resource: VidraResource) -> Iterator[Drifting]:
    name, status = resource.metadata.name, resource.status
    entries = {str(ref_of(entry)): entry for entry in status.managed_resources}
    for problem in status.problems:
        if problem.reason == Reason.DRIFT_FIGHT:
            commands = _commands(entries.get(problem.object))
            yield Drifting(name, problem.object, fights=True, message=problem.message, commands=commands)
    for drift in status.drifted:
        commands = _commands(entries.get(drift.object))
        yield Drifting(
            name, drift.object, fields=drift.fields, managers=drift.managers, message=drift.note, commands=commands
        )


def _commands(entry: ManagedObject | None) -> tuple[str, ...]:
    if entry is None:
        return ()
    group = entry.api_version.rpartition("/")[0]
    kind = f"{entry.kind}.{group}" if group else entry.kind
    place = f"{kind.lower()}/{entry.name}" + (f" -n {entry.namespace}" if entry.namespace else "")
    server = f" --server {entry.server}" if entry.server else ""
    return f"vidra trace {place}{server}", f"kubectl get {place}{server} -o yaml --show-managed-fields"
