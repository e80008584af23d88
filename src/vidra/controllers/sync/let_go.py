"""Deletes the VidraResources of a sync that may go, each under the policies that the sync has now."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vidra.api.policies import Policies
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import InfrahubSync
from vidra.controllers.shared import Shared
from vidra.controllers.status import difference, path_of
from vidra.controllers.sync.build import policies
from vidra.controllers.sync.decide import Trouble
from vidra.controllers.sync.leaving import Parting, Unlisted, part
from vidra.kube.errors import KubeError
from vidra.kube.verbs import delete, merge_patch


class Farewell(msgspec.Struct, frozen=True):
    """What became of the unlisted this time."""

    removed: int = 0
    troubles: tuple[Trouble, ...] = ()
    note: str = ""
    """Why some stay for now."""
    failed: bool = False
    """Some could not be deleted: worth another try."""


async def let_go(shared: Shared, sync: InfrahubSync, listed: frozenset[str], leaving: Unlisted) -> Farewell:
    """Delete those of the unlisted that nothing holds back."""
    if not leaving:
        return Farewell()
    parting: Parting = part(sync, listed, leaving, shared.resources.group(sync.metadata.name))
    troubles = await _remove(shared, sync, parting.go)
    return Farewell(
        removed=len(parting.go) - len(troubles),
        troubles=((parting.held,) if parting.held else ()) + tuple(troubles),
        note=parting.note,
        failed=bool(troubles),
    )


async def end(shared: Shared, sync: InfrahubSync, resource: VidraResource) -> None:
    """Delete one, so that its objects end as the sync says now.

    Raises:
        KubeError: It could not be done.
    """
    has, wants = (Policies(**policies(spec)) for spec in (resource.spec, sync.spec))
    patch = difference(msgspec.to_builtins(has), msgspec.to_builtins(wants))
    if patch:
        body = {"metadata": {"uid": resource.metadata.uid}, "spec": patch}
        shared.resources.changed(await merge_patch(shared.client, path_of(resource), body, VidraResource))
    await delete(shared.client, path_of(resource), uid=resource.metadata.uid)


async def _remove(shared: Shared, sync: InfrahubSync, going: Sequence[VidraResource]) -> list[Trouble]:
    troubles: list[Trouble] = []
    for resource in going:
        try:
            await end(shared, sync, resource)
        except KubeError as error:
            troubles.append(Trouble(Reason.PRUNE_FAILED, f"{resource.metadata.name} could not be deleted: {error}"))
    return troubles
