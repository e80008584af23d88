"""Computes the plan of a reconcile: which objects to apply, stage by stage, and which to prune. Pure.

Called by `controllers/resource/apply/comparison.py`; `executor.py` there executes the plan. It calls `revision.py` (is
an object up to date?) and `desired/order.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from vidra.api.resource import ManagedObject
from vidra.apply.desired.object import DesiredObject, Key
from vidra.apply.desired.order import Leave, Step, leave_of, stage_of
from vidra.apply.inventory import Inventory, key_of
from vidra.apply.revision import is_of_text, is_up_to_date
from vidra.kube.object_snapshot import ObjectSnapshot

Look = Callable[[DesiredObject], ObjectSnapshot | None]
"""The object as last seen in the cluster; None when it does not exist or cannot be seen."""


class Plan(msgspec.Struct, frozen=True):
    """The work of one reconcile."""

    stages: tuple[tuple[DesiredObject, ...], ...]
    """To apply, in this order."""
    unchanged: tuple[ManagedObject, ...]
    """Up to date in the cluster: no request."""
    prune: tuple[tuple[ManagedObject, ...], ...]
    """To prune, in this order."""

    @property
    def changes(self) -> tuple[DesiredObject, ...]:
        """Everything to apply."""
        return tuple(item for stage in self.stages for item in stage)

    def changing(self, items: Iterable[DesiredObject]) -> Plan:
        """The same, with these objects, which are up to date, to be applied as well."""
        more = {item.key: item for item in items}
        unchanged = tuple(entry for entry in self.unchanged if key_of(entry) not in more)
        return Plan(staged((*self.changes, *more.values())), unchanged, self.prune) if more else self

    def without(self, items: Iterable[DesiredObject], entries: Mapping[Key, ManagedObject]) -> Plan:
        """The same, with these objects left as they are; their entries come from the inventory."""
        left = {item.key for item in items}
        stages = (tuple(item for item in stage if item.key not in left) for stage in self.stages)
        kept = (entries[key] for key in left)
        return Plan(tuple(stage for stage in stages if stage), (*self.unchanged, *kept), self.prune)


def plan(wanted: Mapping[Key, DesiredObject], inventory: Inventory, look: Look, manager: str) -> Plan:
    """Compare the desired objects with the inventory and with what is seen."""
    changes: list[DesiredObject] = []
    unchanged: list[ManagedObject] = []
    for key, item in wanted.items():
        entry = inventory.entries.get(key)
        if entry and _is_unchanged(item, entry, look(item), manager):
            unchanged.append(entry)
        else:
            changes.append(item)
    unwanted = [entry for key, entry in inventory.entries.items() if key not in wanted]
    return Plan(staged(changes), tuple(unchanged), prune_order(unwanted))


def is_drift(item: DesiredObject, entry: ManagedObject | None) -> bool:
    """Whether an object that is to be applied was applied with this same manifest before: then it has drifted."""
    return entry is not None and bool(entry.uid) and is_of_text(entry, item.all_digests)


def staged(items: Iterable[DesiredObject]) -> tuple[tuple[DesiredObject, ...], ...]:
    """Objects by wave and stage, without empty stages."""
    by_step: dict[Step, list[DesiredObject]] = {}
    for item in items:
        by_step.setdefault(Step(item.wave, stage_of(item.ref.api_version, item.ref.kind)), []).append(item)
    return tuple(tuple(by_step[step]) for step in sorted(by_step))


def prune_order(entries: Iterable[ManagedObject]) -> tuple[tuple[ManagedObject, ...], ...]:
    """Entries by wave and stage, the last first, custom resources before all others of their wave."""
    by_step: dict[Leave, list[ManagedObject]] = {}
    for entry in sorted(entries, key=key_of, reverse=True):
        by_step.setdefault(leave_of(entry.api_version, entry.kind, entry.wave), []).append(entry)
    return tuple(tuple(by_step[step]) for step in sorted(by_step, reverse=True))


def _is_unchanged(item: DesiredObject, entry: ManagedObject, live: ObjectSnapshot | None, manager: str) -> bool:
    """Whether the object is up to date, and from the same text."""
    return is_of_text(entry, item.all_digests) and is_up_to_date(entry, live, manager, ended=bool(entry.ended))
