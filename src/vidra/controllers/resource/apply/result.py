"""The result of a reconcile in a cluster: complete, or up to where it was aborted."""

from __future__ import annotations

import msgspec

from vidra.api.held_prune import HeldPrune
from vidra.apply.inventory import Inventory
from vidra.controllers.resource.status.compute import Outcome
from vidra.kube.errors import KubeError


class ReconcileAbortedError(Exception):
    """A reconcile was aborted. Holds the part of the inventory that is confirmed."""

    def __init__(self, cause: KubeError, inventory: Inventory, held: HeldPrune | None = None) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.inventory = inventory
        self.held = held


class ReconcileResult(msgspec.Struct, frozen=True):
    """The result of a complete reconcile."""

    outcome: Outcome
    warnings: tuple[str, ...]
    changed: int
    """Objects that changed. One that was applied again and was already right does not count."""
    removed: int
    reverted: tuple[str, ...] = ()
    """Drifted objects that were reverted."""
    kept: tuple[str, ...] = ()
    """Objects that stay although they are no longer wanted, each with the reason."""
