"""What becomes of a VidraResource whose inventory the API server does not take: pure.

Invariant: nothing is applied whose entry cannot be written, and the status says that it cannot.
"""

from __future__ import annotations

from vidra.api.conditions import ConditionType, find
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.controllers.runtime.predicates import requested_at


class TooLarge(Exception):  # noqa: N818 - a state of the VidraResource
    """The status of a VidraResource is too large to be written; the message says what to do."""


def refused(objects: int, size: int, why: str) -> TooLarge:
    """The error for a status of so many bytes that the API server does not accept."""
    inventory = f"the inventory of its {objects} objects ({size / 1_000_000:.2f} MB)"
    return TooLarge(f"{inventory} cannot be written ({why}). {DIVIDE}")


def check_overfull(resource: VidraResource) -> None:
    """Do not retry a manifest that was too large, unless a reconcile is requested.

    Else its objects would be applied again and again, because the status can never confirm them.

    Raises:
        TooLarge: With the message from before.
    """
    status = resource.status
    ready = find(status.conditions, ConditionType.READY)
    same = (
        ready is not None
        and ready.reason == Reason.TOO_LARGE
        and ready.observed_generation >= resource.metadata.generation
        and status.last_handled_requested_at == requested_at(resource.metadata)
    )
    if ready and same:
        raise TooLarge(ready.message)


DIVIDE = "Divide the artifact into smaller ones, and delete what is left behind with this VidraResource"
