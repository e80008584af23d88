"""The seven chapters in their order, and what is true in the end."""

from __future__ import annotations

from demo.arrivals import a_machine_waits_for_its_kind, two_applications_arrive
from demo.cast import PATIENCE, VM_SYNC, WEB_SYNC, Cast, is_healthy
from demo.changes import an_artifact_changes, drift_is_reverted
from demo.contents import branch_off
from demo.repository import an_application_moves_to_git_and_back
from demo.time_travel import a_branch_is_previewed, a_rollback


async def tell(cast: Cast) -> None:
    """Tell all of it; in the end everything is Ready and healthy.

    Raises:
        TooSlow: Something did not happen.
        CommandFailedError: A command that is shown does not work.
    """
    lisbon, oslo = await two_applications_arrive(cast)
    await a_machine_waits_for_its_kind(cast)
    shop = await an_artifact_changes(cast, lisbon)
    await drift_is_reverted(cast)
    branch_off(cast.scene.infrahub, oslo)
    await a_branch_is_previewed(cast)
    await a_rollback(cast)
    await an_application_moves_to_git_and_back(cast, lisbon, shop)
    for sync in (WEB_SYNC, VM_SYNC):
        await cast.scene.until_sync(sync, is_healthy, seconds=PATIENCE)
