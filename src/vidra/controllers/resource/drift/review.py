"""What to do about objects that somebody changed: put them back, report them, or leave a fight for a while."""

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
from vidra.apply.field_owner import Owner
from vidra.apply.inventory import Inventory, key_of
from vidra.apply.plan import Plan, held_of, is_drift, revision
from vidra.clusters.cluster import Cluster
from vidra.common.text import limited_sentences
from vidra.controllers.resource.drift.fights import ROUNDS, WINDOW, DriftFights
from vidra.controllers.resource.drift.suspects import Suspects
from vidra.controllers.resource.drift.unused_rules import Rules, Siblings
from vidra.kube.errors import ApiError
from vidra.kube.visibility import Sight

AT_ONCE = 8
"""Objects of one pass that are looked up at the same time."""

_State = tuple[str, str]
"""UID of an object, and the digest of what the owner holds of it; empty if that is not seen."""
_DIFFERENT: _State = ("", "")
"""No state of the object is as it should be."""


class Review(msgspec.Struct, frozen=True):
    """A plan after a look at its drift."""

    work: Plan
    reverting: Mapping[Key, _State] = {}
    """Objects in it that are applied because they may have drifted, as they were when that was found."""
    reported: tuple[DriftedObject, ...] = ()
    """Objects that are left as they are, because the policy says so."""
    problems: tuple[ObjectProblem, ...] = ()
    """About objects that are left alone for a while."""

    def reverted(self, applied: Iterable[ManagedObject]) -> list[ManagedObject]:
        """Those that were put back: applying them gave something back to the owner, or made the object anew.

        An owner that lost nothing but what others may have has nothing to put back, and nobody to fight.
        """
        return [
            entry for entry in applied if (state := self.reverting.get(key_of(entry))) and _given_back(state, entry)
        ]


class _Told(msgspec.Struct, frozen=True):
    """What was found, and the state of the object that it is true of."""

    state: tuple[str, str, int]
    finding: Finding


class DriftReviews:
    """What this process remembers of drift, by owner."""

    def __init__(self, siblings: Siblings = lambda _: ()) -> None:
        self.fights = DriftFights()
        self.rules = Rules(siblings)
        self.suspects = Suspects()
        self._told: dict[str, dict[Key, _Told]] = {}

    async def review(
        self,
        work: Plan,
        want: Mapping[Key, DesiredObject],
        inventory: Inventory,
        cluster: Cluster,
        owner: Owner,
        *,
        policy: DriftPolicy,
        everything: bool = False,
    ) -> Review:
        """Decide about every object that was applied with this very text, and is different now.

        Args:
            everything: Look at each object, and trust nothing that was remembered.

        Raises:
            UnreachableError: The cluster does not answer.
            ApiError: The cluster does not let Vidra in.
        """
        if everything:
            self._told.pop(owner.name, None)
        lost = [item for item in work.changes if is_drift(item, inventory.entries.get(item.key))]
        doubted = [want[key_of(entry)] for entry in self._doubted(work, cluster, owner, everything=everything)]
        self._keep(owner, inventory, {item.key for item in (*lost, *doubted)})
        looks = await self._look(doubted, inventory, cluster, owner, holds=True)
        moved = [item for item, finding in looks if finding.drift]
        drifted = [*lost, *moved]
        work = work.changing(moved)
        if not drifted:
            return Review(work)
        if policy is DriftPolicy.REPORT:
            found = [*await self._look(lost, inventory, cluster, owner), *looks]
            entries = {item.key: _settled(item, finding, inventory, cluster, owner) for item, finding in found}
            reported = tuple(finding.drift for _, finding in found if finding.drift)
            return Review(work.without(drifted, entries), reported=reported)
        now = time.monotonic()
        resting = [item for item in drifted if self.fights.rest(owner.name, item.key, now)]
        found = await self._look(resting, inventory, cluster, owner)
        problems = tuple(
            _fight(item, finding.drift, self.fights.rest(owner.name, item.key, now))
            for item, finding in found
            if finding.drift
        )
        rest = {item.key for item in resting}
        reverting = {item.key: _seen(item, inventory, cluster, owner) for item in lost if item.key not in rest}
        reverting |= {item.key: _DIFFERENT for item in moved if item.key not in rest}
        return Review(work.without(resting, inventory.entries), reverting, problems=problems)

    def forget(self, owner: str) -> None:
        """The owner is gone."""
        self.fights.forget(owner)
        self.rules.forget(owner)
        self.suspects.forget(owner)
        self._told.pop(owner, None)

    def _doubted(self, work: Plan, cluster: Cluster, owner: Owner, *, everything: bool) -> list[ManagedObject]:
        """Objects that look unchanged, and are to be looked at all the same: also what was found different before."""
        told = self._told.get(owner.name, {})
        found: list[ManagedObject] = []
        for entry in work.unchanged:
            known = told.get(key_of(entry))
            if everything or (known and known.finding.drift) or self._suspected(entry, cluster, owner):
                found.append(entry)
        return found

    def _suspected(self, entry: ManagedObject, cluster: Cluster, owner: Owner) -> bool:
        kind = cluster.discovery.known(entry.api_version, entry.kind)
        live = cluster.observed.get(kind, entry.namespace, entry.name) if kind else None
        return live is not None and self.suspects.about(owner.name, entry, live)

    def _keep(self, owner: Owner, inventory: Inventory, keys: Collection[Key]) -> None:
        """Forget what was told of objects that are as they should be again."""
        self.suspects.keep(owner.name, inventory.entries.keys())
        known = {key: told for key, told in self._told.pop(owner.name, {}).items() if key in keys}
        if keys:
            self._told[owner.name] = known

    async def _look(
        self,
        items: Sequence[DesiredObject],
        inventory: Inventory,
        cluster: Cluster,
        owner: Owner,
        *,
        holds: bool = False,
    ) -> list[tuple[DesiredObject, Finding]]:
        places = asyncio.Semaphore(AT_ONCE)

        async def one(item: DesiredObject) -> Finding:
            async with places:
                return await self._finding(item, inventory.entries[item.key], cluster, owner, holds=holds)

        return list(zip(items, await asyncio.gather(*map(one, items)), strict=True))

    async def _finding(
        self, item: DesiredObject, entry: ManagedObject, cluster: Cluster, owner: Owner, *, holds: bool
    ) -> Finding:
        """The difference; asked for again only when the object has changed since."""
        live = cluster.observed.get(item.kind, item.ref.namespace, item.ref.name)
        # Its version, because whoever has a field may put it back, and has it still.
        state = (item.digest, live.uid if live else "", live.version if live else 0)
        before = self._told[owner.name].get(item.key)
        if before and live and before.state == state:
            return before.finding
        try:
            finding = await find_drift(cluster.client, item, entry.uid, owner, holds=holds)
        except ApiError as error:
            if error.unauthorized:
                raise
            if error.code == 409:
                # It changed between two requests of this very look, which is no finding.
                return before.finding if before else Finding()
            note = f"it cannot be told what differs ({error.code} {error.reason})"
            # Whoever holds all its fields, or does not see it, has no other sign of a difference than this look.
            unsure = holds or not _is_seen(item, cluster)
            finding = Finding(None if unsure else DriftedObject(str(item.ref), note=note))
        if holds and finding.drift and not finding.drift.fields:
            return Finding()  # gone, or another: that is for the view to say
        self._told[owner.name][item.key] = _Told(state, finding)
        if holds and not finding.drift:
            self.suspects.fine(owner.name, entry, max(finding.generation, live.touched if live else 0))
        return finding


def summary(drifts: Sequence[DriftedObject], named: int = 3) -> str:
    """What differs, for a person; empty when nothing does."""
    return limited_sentences([told(drift) for drift in drifts], named)


def _is_seen(item: DesiredObject, cluster: Cluster) -> bool:
    return cluster.observed.look(item.kind, item.ref.namespace, item.ref.name).sight is Sight.SEEN


def _seen(item: DesiredObject, inventory: Inventory, cluster: Cluster, owner: Owner) -> _State:
    """An object as the view shows it; where nothing is seen of it, nothing is known but which one was applied."""
    live = cluster.observed.get(item.kind, item.ref.namespace, item.ref.name)
    return (live.uid, live.digest(owner.manager)) if live else (inventory.entries[item.key].uid, "")


def _settled(
    item: DesiredObject, finding: Finding, inventory: Inventory, cluster: Cluster, owner: Owner
) -> ManagedObject:
    """The entry of an object that is not written; where nothing would come of writing it, it is as applied again."""
    entry = inventory.entries[item.key]
    live = cluster.observed.get(item.kind, item.ref.namespace, item.ref.name)
    if finding.drift or not finding.settled or live is None or str(live.version) != finding.version:
        return entry
    held = live.digest(owner.manager)
    return msgspec.structs.replace(entry, revision=revision(item.digest, held, finding.generation))


def _given_back(before: _State, entry: ManagedObject) -> bool:
    uid, held = before
    return entry.uid != uid or held not in {"", held_of(entry)}


def _fight(item: DesiredObject, drift: DriftedObject, rest: float) -> ObjectProblem:
    message = (
        f"{told(drift)}: put back {ROUNDS} times within {WINDOW:.0f} s, and changed each time, so that it is left "
        f"alone for {rest:.0f} s. Take the fields out of the artifact, list them in ignoreDifferences, or stop whoever "
        "changes them"
    )
    return ObjectProblem(Reason.DRIFT_FIGHT, message, str(item.ref))
