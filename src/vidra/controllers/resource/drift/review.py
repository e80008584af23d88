"""Decides about drifted objects: revert them, report them, or leave a drift fight alone for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from vidra.api.drift import DriftPolicy
from vidra.api.reasons import Reason
from vidra.api.resource import DriftedObject, ManagedObject, ObjectProblem
from vidra.apply.desired.object import DesiredObject, Key
from vidra.apply.drift import Finding, find_drift, told
from vidra.apply.inventory import Inventory, key_of
from vidra.apply.plan import Plan, is_drift
from vidra.apply.revision import held_of, revision
from vidra.common.text import limited_sentences
from vidra.controllers.resource.cluster import Target
from vidra.controllers.resource.drift.fights import ROUNDS, WINDOW, DriftFights
from vidra.controllers.resource.drift.suspects import Suspects
from vidra.kube.errors import ApiError
from vidra.kube.visibility import Sight

AT_ONCE = 8
"""Objects of one reconcile that are compared at the same time."""

_State = tuple[str, str]
"""UID of an object, and the digest of the fields that the owner holds; empty if the object is not seen."""
_DIFFERENT: _State = ("", "")
"""Stands for: whatever the object's state is now, it differs."""


class Review(msgspec.Struct, frozen=True):
    """A plan after its drift was reviewed."""

    work: Plan
    reverting: Mapping[Key, _State] = {}
    """Objects of the plan that are applied because of drift, with their state when it was found."""
    reported: tuple[DriftedObject, ...] = ()
    """Drifted objects that the policy leaves as they are."""
    problems: tuple[ObjectProblem, ...] = ()
    """About objects that are left alone for a while."""

    def reverted(self, applied: Iterable[ManagedObject]) -> list[ManagedObject]:
        """Those that were really reverted: the apply gave fields back to the owner, or recreated the object.

        If the owner lost only fields that others may hold, nothing was reverted, and it is no fight.
        """
        return [
            entry for entry in applied if (state := self.reverting.get(key_of(entry))) and _given_back(state, entry)
        ]


class _Told(msgspec.Struct, frozen=True):
    """A finding, and the state of the object for which it holds."""

    state: tuple[str, str, int]
    finding: Finding


class DriftReviewer:
    """What this process remembers of the drift of one VidraResource's objects."""

    def __init__(self) -> None:
        self.fights = DriftFights()
        self.suspects = Suspects()
        self._told: dict[Key, _Told] = {}

    async def review(
        self,
        target: Target,
        work: Plan,
        want: Mapping[Key, DesiredObject],
        inventory: Inventory,
        *,
        everything: bool = False,
    ) -> Review:
        """Decide about every object that was applied with this same manifest and is different now.

        Args:
            everything: Check each object, and trust nothing that was remembered.

        Raises:
            UnreachableError: The cluster does not answer.
            ApiError: The cluster refuses access.
        """
        if everything:
            self._told.clear()
        lost = [item for item in work.changes if is_drift(item, inventory.entries.get(item.key))]
        doubted = [want[key_of(entry)] for entry in self._doubted(target, work, everything=everything)]
        self._keep(inventory, {item.key for item in (*lost, *doubted)})
        looks = await self._look(target, doubted, inventory, holds=True)
        moved = [item for item, finding in looks if finding.drift]
        work = work.changing(moved)
        if not lost and not moved:
            return Review(work)
        if target.resource.spec.drift_policy is DriftPolicy.REPORT:
            return await self._report(target, work, lost, looks, inventory)
        return await self._revert(target, work, lost, moved, inventory)

    async def _report(
        self,
        target: Target,
        work: Plan,
        lost: Sequence[DesiredObject],
        looks: Sequence[tuple[DesiredObject, Finding]],
        inventory: Inventory,
    ) -> Review:
        """Leave everything as it is, and report what differs."""
        found = [*await self._look(target, lost, inventory), *looks]
        entries = {item.key: _settled(target, item, finding, inventory) for item, finding in found}
        reported = tuple(finding.drift for _, finding in found if finding.drift)
        drifted = [*lost, *(item for item, finding in looks if finding.drift)]
        return Review(work.without(drifted, entries), reported=reported)

    async def _revert(
        self,
        target: Target,
        work: Plan,
        lost: Sequence[DesiredObject],
        moved: Sequence[DesiredObject],
        inventory: Inventory,
    ) -> Review:
        """Apply everything again, except objects in a drift fight: those rest for a while."""
        now = time.monotonic()
        resting = [item for item in (*lost, *moved) if self.fights.rest(item.key, now)]
        found = await self._look(target, resting, inventory)
        problems = tuple(
            _fight(item, finding.drift, self.fights.rest(item.key, now)) for item, finding in found if finding.drift
        )
        rest = {item.key for item in resting}
        reverting = {item.key: _seen(target, item, inventory) for item in lost if item.key not in rest}
        reverting |= {item.key: _DIFFERENT for item in moved if item.key not in rest}
        return Review(work.without(resting, inventory.entries), reverting, problems=problems)

    def _doubted(self, target: Target, work: Plan, *, everything: bool) -> list[ManagedObject]:
        """Objects that look unchanged and are checked all the same, and those that were found different before."""
        found: list[ManagedObject] = []
        for entry in work.unchanged:
            known = self._told.get(key_of(entry))
            if everything or (known and known.finding.drift) or self._suspected(target, entry):
                found.append(entry)
        return found

    def _suspected(self, target: Target, entry: ManagedObject) -> bool:
        kind = target.cluster.discovery.known(entry.api_version, entry.kind)
        live = target.cluster.observed.get(kind, entry.namespace, entry.name) if kind else None
        return live is not None and self.suspects.about(entry, live, target.owner.manager)

    def _keep(self, inventory: Inventory, keys: Collection[Key]) -> None:
        """Forget the findings about objects that are as they should be again."""
        self.suspects.keep(inventory.entries.keys())
        self._told = {key: told for key, told in self._told.items() if key in keys}

    async def _look(
        self, target: Target, items: Sequence[DesiredObject], inventory: Inventory, *, holds: bool = False
    ) -> list[tuple[DesiredObject, Finding]]:
        places = asyncio.Semaphore(AT_ONCE)

        async def one(item: DesiredObject) -> Finding:
            async with places:
                return await self._finding(target, item, inventory.entries[item.key], holds=holds)

        return list(zip(items, await asyncio.gather(*map(one, items)), strict=True))

    async def _finding(self, target: Target, item: DesiredObject, entry: ManagedObject, *, holds: bool) -> Finding:
        """The difference. The server is asked again only when the object has changed since."""
        live = target.cluster.observed.get(item.kind, item.ref.namespace, item.ref.name)
        # With the version: a field's manager may write the old value back, and field ownership stays the same.
        state = (item.digest, live.uid if live else "", live.version if live else 0)
        before = self._told.get(item.key)
        if before and live and before.state == state:
            return before.finding
        try:
            finding = await find_drift(target.cluster.client, item, entry.uid, target.owner, holds=holds)
        except ApiError as error:
            if error.unauthorized:
                raise
            if error.code == 409:
                # It changed between two requests of this check, which is no finding.
                return before.finding if before else Finding()
            note = f"what differs is not known ({error.code} {error.reason})"
            # An owner that holds all its fields, or cannot see the object, has only this check to notice a difference.
            unsure = holds or not _is_seen(target, item)
            finding = Finding(None if unsure else DriftedObject(str(item.ref), note=note))
        if holds and finding.drift and not finding.drift.fields:
            return Finding()  # deleted or recreated: the informer reports that
        self._told[item.key] = _Told(state, finding)
        if holds and not finding.drift:
            self.suspects.fine(entry, finding.generation, live, target.owner.manager)
        return finding


def summary(drifts: Sequence[DriftedObject], named: int = 3) -> str:
    """What differs, for a message; empty when nothing does."""
    return limited_sentences([told(drift) for drift in drifts], named)


def _is_seen(target: Target, item: DesiredObject) -> bool:
    return target.cluster.observed.look(item.kind, item.ref.namespace, item.ref.name).sight is Sight.SEEN


def _seen(target: Target, item: DesiredObject, inventory: Inventory) -> _State:
    """The object's state in the informer. If it is not seen there, only the UID of the applied object is known."""
    live = target.cluster.observed.get(item.kind, item.ref.namespace, item.ref.name)
    return (live.uid, live.digest(target.owner.manager)) if live else (inventory.entries[item.key].uid, "")


def _settled(target: Target, item: DesiredObject, finding: Finding, inventory: Inventory) -> ManagedObject:
    """The entry of an object that is not written. If a write would change nothing, it counts as applied again."""
    entry = inventory.entries[item.key]
    live = target.cluster.observed.get(item.kind, item.ref.namespace, item.ref.name)
    if finding.drift or not finding.settled or live is None or str(live.version) != finding.version:
        return entry
    held = live.digest(target.owner.manager)
    written = live.written_by(target.owner.manager)
    return msgspec.structs.replace(entry, revision=revision(item.digest, held, finding.generation, written))


def _given_back(before: _State, entry: ManagedObject) -> bool:
    uid, held = before
    return entry.uid != uid or held not in {"", held_of(entry)}


def _fight(item: DesiredObject, drift: DriftedObject, rest: float) -> ObjectProblem:
    message = (
        f"{told(drift)}: reverted {ROUNDS} times within {WINDOW:.0f} s and changed each time; it is left alone "
        f"for {rest:.0f} s. Take the fields out of the artifact, list them in ignoreDifferences, or stop whoever "
        "changes them"
    )
    return ObjectProblem(Reason.DRIFT_FIGHT, message, str(item.ref))
