"""What to do about objects that somebody changed: put them back, report them, or leave a fight for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Sequence

import msgspec

from vidra.api.drift import DriftPolicy
from vidra.api.reasons import Reason
from vidra.api.resource import DriftedObject, ObjectProblem
from vidra.apply.desired import Desired, Key
from vidra.apply.drift import drift_of, told
from vidra.apply.inventory import Inventory
from vidra.apply.owner import Owner
from vidra.apply.plan import Plan, is_drift
from vidra.clusters.cluster import Cluster
from vidra.controllers.resource.fights import ROUNDS, WINDOW, Fights
from vidra.kube.errors import ApiError
from vidra.kube.sight import Sight

AT_ONCE = 8
"""Objects of one pass that are looked up at the same time."""


class Review(msgspec.Struct, frozen=True):
    """A plan after a look at its drift."""

    work: Plan
    reverting: frozenset[Key] = frozenset()
    """Objects in it that are put back."""
    reported: tuple[DriftedObject, ...] = ()
    """Objects that are left as they are, because the policy says so."""
    problems: tuple[ObjectProblem, ...] = ()
    """About objects that are left alone for a while."""


class _Told(msgspec.Struct, frozen=True):
    """A difference that was looked up, and the state of the object that it is true of."""

    state: tuple[str, str, int]
    drift: DriftedObject | None


class Drifts:
    """What this process remembers of drift, by owner."""

    def __init__(self) -> None:
        self.fights = Fights()
        self._told: dict[str, dict[Key, _Told]] = {}

    async def review(
        self, work: Plan, inventory: Inventory, cluster: Cluster, owner: Owner, policy: DriftPolicy
    ) -> Review:
        """Decide about every object that was applied with this very text, and is different now.

        Raises:
            Unreachable: The cluster does not answer.
            ApiError: The cluster does not let Vidra in.
        """
        drifted = [item for item in work.changes if is_drift(item, inventory.entries.get(item.key))]
        if policy is not DriftPolicy.REPORT:
            # What is not seen is applied again, to be sure; whether it was changed nobody knows.
            drifted = [item for item in drifted if _is_seen(item, cluster)]
        self._keep(owner, drifted)
        if not drifted:
            return Review(work)
        if policy is DriftPolicy.REPORT:
            found = await self._look(drifted, inventory, cluster, owner)
            left = work.without(drifted, inventory.entries)
            return Review(left, reported=tuple(drift for _, drift in found if drift))
        now = time.monotonic()
        resting = [item for item in drifted if self.fights.rest(owner.name, item.key, now)]
        found = await self._look(resting, inventory, cluster, owner)
        problems = tuple(
            _fight(item, drift, self.fights.rest(owner.name, item.key, now)) for item, drift in found if drift
        )
        reverting = frozenset(item.key for item in drifted) - {item.key for item in resting}
        return Review(work.without(resting, inventory.entries), reverting, problems=problems)

    def forget(self, owner: str) -> None:
        """The owner is gone."""
        self.fights.forget(owner)
        self._told.pop(owner, None)

    def _keep(self, owner: Owner, drifted: Collection[Desired]) -> None:
        """Forget what was told of objects that are as they should be again."""
        keys = {item.key for item in drifted}
        known = {key: told for key, told in self._told.pop(owner.name, {}).items() if key in keys}
        if keys:
            self._told[owner.name] = known

    async def _look(
        self, items: Sequence[Desired], inventory: Inventory, cluster: Cluster, owner: Owner
    ) -> list[tuple[Desired, DriftedObject | None]]:
        places = asyncio.Semaphore(AT_ONCE)

        async def one(item: Desired) -> DriftedObject | None:
            async with places:
                return await self._drift(item, inventory.entries[item.key].uid, cluster, owner)

        return list(zip(items, await asyncio.gather(*map(one, items)), strict=True))

    async def _drift(self, item: Desired, uid: str, cluster: Cluster, owner: Owner) -> DriftedObject | None:
        """The difference; asked for again only when the object has changed since."""
        live = cluster.observed.get(item.kind, item.ref.namespace, item.ref.name)
        # Its version, because whoever has a field may put it back, and has it still.
        state = (item.digest, live.uid if live else "", live.version if live else 0)
        before = self._told[owner.name].get(item.key)
        if before and live and before.state == state:
            return before.drift
        try:
            drift = await drift_of(cluster.client, item, uid, owner)
        except ApiError as error:
            if error.unauthorized:
                raise
            if not _is_seen(item, cluster):
                return None
            drift = DriftedObject(str(item.ref), note=f"it cannot be told what differs ({error.code} {error.reason})")
        self._told[owner.name][item.key] = _Told(state, drift)
        return drift


def _is_seen(item: Desired, cluster: Cluster) -> bool:
    return cluster.observed.look(item.kind, item.ref.namespace, item.ref.name).sight is Sight.SEEN


def summary(drifts: Sequence[DriftedObject], named: int = 3) -> str:
    """What differs, for a person; empty when nothing does."""
    more = f"; and {len(drifts) - named} more" if len(drifts) > named else ""
    return "; ".join(told(drift) for drift in drifts[:named]) + more


def _fight(item: Desired, drift: DriftedObject, rest: float) -> ObjectProblem:
    message = (
        f"{told(drift)}: put back {ROUNDS} times within {WINDOW:.0f} s, and changed each time, so that it is left "
        f"alone for {rest:.0f} s. Take the fields out of the artifact, list them in ignoreDifferences, or stop whoever "
        "changes them"
    )
    return ObjectProblem(Reason.DRIFT_FIGHT, message, str(item.ref))
