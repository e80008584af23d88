"""What a reconcile came to in a cluster: at its end, or where it was broken off."""

from __future__ import annotations

import msgspec

from vidra.api.held_prune import HeldPrune
from vidra.apply.inventory import Inventory
from vidra.controllers.resource.status.compute import Outcome
from vidra.kube.errors import KubeError


class ReconcileAbortedError(Exception):
    """A reconcile that could not go on; it carries what is certain nevertheless."""

    def __init__(self, cause: KubeError, inventory: Inventory, held: HeldPrune | None = None) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.inventory = inventory
        self.held = held


class ReconcileResult(msgspec.Struct, frozen=True):
    """A reconcile that came to its end."""

    outcome: Outcome
    warnings: tuple[str, ...]
    changed: int
    """Objects that are others than before; what was applied again, to be sure, and was as it should be is not one."""
    removed: int
    reverted: tuple[str, ...] = ()
    """Objects that somebody had changed, and that were reverted."""
    kept: tuple[str, ...] = ()
    """What stays although it is no longer wanted, each with the reason."""
