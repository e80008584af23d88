"""The five chapters in their order, and what is true in the end."""

from __future__ import annotations

from demo.arrivals import a_machine_waits_for_its_kind, two_applications_arrive
from demo.cast import OSLO, PATIENCE, VM_SYNC, WEB_SYNC, Cast
from demo.changes import an_artifact_changes, drift_is_put_back
from demo.contents import branch_off
from demo.repository import an_application_moves_to_git_and_back
from demo.view import View
from testkit.environment import Scene


async def tell(scene: Scene, view: View) -> None:
    """Tell all of it; in the end everything is Ready.

    Raises:
        TooSlow: Something did not happen.
    """
    cast = Cast(scene, view)
    lisbon, oslo = await two_applications_arrive(cast)
    await a_machine_waits_for_its_kind(cast)
    shop = await an_artifact_changes(cast, lisbon)
    await drift_is_put_back(cast)
    await an_application_moves_to_git_and_back(cast, lisbon, shop)
    branch_off(scene.infrahub, oslo, OSLO)
    for sync in (WEB_SYNC, VM_SYNC):
        await scene.until_sync(sync, seconds=PATIENCE)
