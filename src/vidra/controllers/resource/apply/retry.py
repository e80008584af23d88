"""Asks again about objects that the API server refused, without announcing them in the inventory first.

Invariant: a retry that changes nothing writes nothing. An object that was never applied is written into the inventory
before it is, and leaves it when it was refused: two writes at every retry. So it is rehearsed first (dry run), and as
long as the server says the very same, that is all. After a start, what was refused before is in the status.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from vidra.api.health import CURRENT, Health
from vidra.api.resource import ObjectProblem
from vidra.apply.applier import Applier
from vidra.apply.desired.object import DesiredObject, Key
from vidra.apply.errors import ObjectError
from vidra.apply.field_owner import Owner
from vidra.apply.inventory import Inventory
from vidra.apply.options import ApplyOptions
from vidra.clusters.cluster import Cluster
from vidra.controllers.resource.apply.desired_state import DesiredState, Missing
from vidra.controllers.resource.apply.guard_check import guard_of
from vidra.kube.discovery import Kind
from vidra.kube.informers import InformerSet
from vidra.kube.partial_metadata import ObjectForHealth

AT_ONCE = 8
"""Objects of one pass that are rehearsed at the same time."""


class _Refusal(msgspec.Struct, frozen=True):
    digest: str
    problem: ObjectProblem


class _NoJudge:
    """For a view of nothing."""

    def needs_body(self, kind: Kind) -> bool:  # noqa: ARG002
        """Nothing is looked at."""
        return False

    def health(self, kind: Kind, item: ObjectForHealth) -> Health:  # noqa: ARG002
        """Nothing is judged."""
        return CURRENT

    def end(self, kind: Kind, item: ObjectForHealth) -> str:  # noqa: ARG002
        """Nothing ends."""
        return ""


class Retries:
    """What this process remembers of refused objects that were never applied, by owner."""

    def __init__(self) -> None:
        self._known: dict[str, dict[Key, _Refusal]] = {}
        self._met: set[str] = set()
        """Owners with a reconcile of this process: of the others, only their statuses are known."""

    def note(self, owner: str, want: DesiredState, refused: Mapping[Key, ObjectProblem]) -> None:
        """Remember what was refused in a pass, besides what was known before and is still wanted."""
        known = self._known.setdefault(owner, {})
        known.update({key: _Refusal(want.objects[key].digest, problem) for key, problem in refused.items()})
        if not known:
            del self._known[owner]

    def forget(self, owner: str) -> None:
        """The owner is gone."""
        self._known.pop(owner, None)
        self._met.discard(owner)

    async def still(
        self,
        want: DesiredState,
        before: Inventory,
        cluster: Cluster,
        owner: Owner,
        options: ApplyOptions,
        *,
        said: Sequence[ObjectProblem],
    ) -> DesiredState:
        """What is wanted, with the objects that would be refused as they were before among what is missing.

        Args:
            said: The problems in the owner's status.

        Raises:
            KubeError: The cluster does not answer, or does not let Vidra in.
        """
        known = self._known.pop(owner.name, {}) if owner.name in self._met else _known_from(said, want)
        self._met.add(owner.name)
        again = [
            item
            for key, item in want.objects.items()
            if key in known and key not in before.entries and item.digest == known[key].digest
        ]
        if not again:
            return want
        rehearsed = await _dry_run(again, cluster, owner, options)
        same = {key: known[key] for key, problem in rehearsed.items() if problem == known[key].problem}
        if same:
            self._known[owner.name] = same
        objects = {key: item for key, item in want.objects.items() if key not in same}
        missing = tuple(Missing(refusal.problem, want.objects[key].wave) for key, refusal in same.items())
        return DesiredState(objects, (*want.missing, *missing))


def _known_from(said: Sequence[ObjectProblem], want: DesiredState) -> dict[Key, _Refusal]:
    """What an earlier process was refused, whatever the text was then: the same words about this one are no news."""
    problems = {problem.object: problem for problem in said if problem.object}
    found = ((key, item.digest, problems.get(str(item.ref))) for key, item in want.objects.items())
    return {key: _Refusal(digest, problem) for key, digest, problem in found if problem}


async def _dry_run(
    items: Sequence[DesiredObject], cluster: Cluster, owner: Owner, options: ApplyOptions
) -> dict[Key, ObjectProblem | None]:
    client = cluster.client.rehearsing()
    # What it answers is no news of anything.
    unseen = InformerSet(client, lambda _old, _new: None, _NoJudge(), lambda _: None)
    applier = Applier(
        client, unseen, owner, msgspec.structs.replace(options, adopted=lambda _: None), guard_of(cluster)
    )
    places = asyncio.Semaphore(AT_ONCE)

    async def one(item: DesiredObject) -> ObjectProblem | None:
        async with places:
            try:
                await applier.apply(item, None)
            except ObjectError as error:
                return ObjectProblem(error.reason, str(error), str(item.ref))
        return None

    return dict(zip([item.key for item in items], await asyncio.gather(*map(one, items)), strict=True))
