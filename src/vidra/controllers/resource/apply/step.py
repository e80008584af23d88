"""Runs the apply step of one VidraResource: loads its manifest, applies, records adoptions even if it is aborted."""

from __future__ import annotations

from collections.abc import Callable, Collection

from vidra.api.resource import ManagedObject, VidraResource
from vidra.apply.inventory_index import Claims
from vidra.controllers.resource.apply.apply_and_prune import ApplyInput, apply_and_prune
from vidra.controllers.resource.apply.options import apply_options
from vidra.controllers.resource.apply.result import ReconcileAbortedError, ReconcileResult
from vidra.controllers.resource.apply.sibling_handover import siblings_of, waits_for_successors
from vidra.controllers.resource.cluster import Target
from vidra.controllers.resource.migration import LegacyMigration
from vidra.controllers.resource.state import ResourceState, ResourceStates
from vidra.controllers.resource.status.writer import StatusWriter
from vidra.controllers.runtime.context import ControllerContext
from vidra.manifests import Ref


class ApplyStep:
    """Applies VidraResources; holds what that needs besides the VidraResource.

    Args:
        claims: What all VidraResources own.
        on_release: Called when objects are about to be released that others may have been refused.
    """

    def __init__(
        self, shared: ControllerContext, states: ResourceStates, claims: Claims, on_release: Callable[[], None]
    ) -> None:
        self._shared = shared
        self._states = states
        self._claims = claims
        self._on_release = on_release

    async def run(self, target: Target, state: ResourceState, writer: StatusWriter) -> ReconcileResult:
        """Apply and prune.

        Raises:
            ContentError: The manifest is not stored, or was not given to this VidraResource.
            ReconcileAbortedError: The cluster does not answer, or stopped answering on the way.
            KubeError: The inventory could not be written ahead.
            TooLarge: The inventory cannot be written.
        """
        shared, resource = self._shared, target.resource
        text = await self._text(resource)
        adopted: list[Ref] = []

        def waits(unwanted: Collection[ManagedObject]) -> bool:
            return waits_for_successors(shared, resource, state, unwanted, self._on_release)

        options = apply_options(shared, self._states, self._claims, target, adopted=adopted.append, waits=waits)
        migration = LegacyMigration(target.cluster, resource, target.owner, shared.resources.get)
        given = ApplyInput(
            *(target, text, options, migration, state, self._claims, shared.digests),
            siblings=lambda resource: siblings_of(resource, shared.resources),
        )
        try:
            result = await apply_and_prune(given, writer.inventory_ahead)
        except ReconcileAbortedError:
            target.cluster.breaker.record_failure()
            raise
        finally:
            writer.adopted(adopted)
        self._count(result)
        return result

    def _count(self, result: ReconcileResult) -> None:
        metrics = self._shared.metrics
        metrics.applied.inc(result.changed)
        metrics.reverted.inc(len(result.reverted))
        metrics.pruned.inc(result.removed)

    async def _text(self, resource: VidraResource) -> bytes:
        if resource.spec.content is not None:
            return await self._shared.content.load(resource)
        return (resource.spec.manifest or "").encode()
