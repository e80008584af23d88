"""Retries objects that the API server refused, without first writing them into the inventory.

Invariant: a retry that changes nothing writes nothing. An object that was never applied is written into the inventory
before it is applied, and removed when it is refused: two writes at every retry. So a retry is a dry run first. As long
as the server gives the same answer, nothing else is done. After a start, earlier refusals are read from the status.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from vidra.api.health import CURRENT, Health
from vidra.api.resource import ObjectProblem, VidraResource
from vidra.apply.applier import Applier
from vidra.apply.desired.object import DesiredObject, Key
from vidra.apply.errors import ObjectError
from vidra.apply.inventory import Inventory
from vidra.apply.options import ApplyOptions
from vidra.controllers.resource.apply.desired_state import DesiredState, Missing
from vidra.controllers.resource.cluster import Target, guard_of
from vidra.kube.discovery import Kind
from vidra.kube.informers import InformerSet
from vidra.kube.partial_metadata import ObjectForHealth

AT_ONCE = 8
"""Objects of one reconcile that are dry-run at the same time."""


class _Refusal(msgspec.Struct, frozen=True):
    digest: str
    problem: ObjectProblem


class _NoJudge:
    """A health evaluator for an informer that is never used."""

    def needs_body(self, kind: Kind) -> bool:  # noqa: ARG002
        """No object is read."""
        return False

    def health(self, kind: Kind, item: ObjectForHealth) -> Health:  # noqa: ARG002
        """No health is computed."""
        return CURRENT

    def end(self, kind: Kind, item: ObjectForHealth) -> str:  # noqa: ARG002
        """No object ends."""
        return ""


class RefusedObjects:
    """The objects of one VidraResource that were refused and never applied."""

    def __init__(self) -> None:
        self._known: dict[Key, _Refusal] | None = None
        """None before the first reconcile of this process; then the status says what was refused."""

    def note(self, want: DesiredState, refused: Mapping[Key, ObjectProblem]) -> None:
        """Remember what was refused now, and what was refused before and is still wanted."""
        self._known = self._known or {}
        self._known.update({key: _Refusal(want.objects[key].digest, problem) for key, problem in refused.items()})

    async def still_refused(
        self, target: Target, want: DesiredState, before: Inventory, options: ApplyOptions
    ) -> DesiredState:
        """The desired state, in which objects that would be refused as before are moved to the missing ones.

        Raises:
            KubeError: The cluster does not answer, or refuses access.
        """
        known = _known_from(target.resource, want) if self._known is None else self._known
        again = [
            item
            for key, item in want.objects.items()
            if key in known and key not in before.entries and item.digest == known[key].digest
        ]
        rehearsed = await _dry_run(target, again, options) if again else {}
        same = {key: known[key] for key, problem in rehearsed.items() if problem == known[key].problem}
        self._known = dict(same)
        if not same:
            return want
        objects = {key: item for key, item in want.objects.items() if key not in same}
        missing = tuple(Missing(refusal.problem, want.objects[key].wave) for key, refusal in same.items())
        return DesiredState(objects, (*want.missing, *missing), want.manifest)


def _known_from(resource: VidraResource, want: DesiredState) -> dict[Key, _Refusal]:
    """What an earlier process was refused, under any manifest: the same message about this one is not new."""
    problems = {problem.object: problem for problem in resource.status.problems if problem.object}
    found = ((key, item.digest, problems.get(str(item.ref))) for key, item in want.objects.items())
    return {key: _Refusal(digest, problem) for key, digest, problem in found if problem}


async def _dry_run(
    target: Target, items: Sequence[DesiredObject], options: ApplyOptions
) -> dict[Key, ObjectProblem | None]:
    client = target.cluster.client.rehearsing()
    # The outcome of the dry run is not recorded as news.
    unseen = InformerSet(client, lambda _old, _new: None, _NoJudge(), lambda _: None)
    options = msgspec.structs.replace(options, adopted=lambda _: None)
    applier = Applier(client, unseen, target.owner, options, guard_of(target.cluster))
    places = asyncio.Semaphore(AT_ONCE)

    async def one(item: DesiredObject) -> ObjectProblem | None:
        async with places:
            try:
                await applier.apply(item, None)
            except ObjectError as error:
                return ObjectProblem(error.reason, str(error), str(item.ref))
        return None

    return dict(zip([item.key for item in items], await asyncio.gather(*map(one, items)), strict=True))
