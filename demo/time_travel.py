"""Two chapters: what a branch would change, before it is merged; and what was, two hours ago."""

from __future__ import annotations

from demo.cast import PATIENCE, WEB_SYNC, Cast, followed_by, image
from demo.commands import run
from demo.contents import BEFORE, BRANCH, OSLO
from demo.stage import Clock
from testkit.environment import is_ready


async def a_branch_is_previewed(cast: Cast) -> None:
    """Chapter 5."""
    cast.view.title("5/7  A branch is previewed, before anybody merges it")
    cast.say(
        f'In Infrahub, branch "{BRANCH}" gives the shop in Oslo a third replica. In the cluster a merge would change:'
    )
    await run(cast.place, cast.view, "vidra", "diff", WEB_SYNC, "--branch", BRANCH)
    cast.say("Nothing was changed: the API server was asked for a dry run.")


async def a_rollback(cast: Cast) -> None:
    """Chapter 6."""
    cast.view.title("6/7  Back to the data of two hours ago, and forward again")
    await _goes_to(cast, BEFORE.image, "--to", "-2h")
    await _goes_to(cast, OSLO.image, "--off")


async def _goes_to(cast: Cast, expected: str, *words: str) -> None:
    async with followed_by(cast.deployment(OSLO, lambda item: image(item) == expected)):
        clock = Clock()
        await run(cast.place, cast.view, "vidra", "rollback", WEB_SYNC, *words)
    cast.say(f"Deployment {OSLO.namespace}/web has image {expected} {clock} later.")
    await cast.scene.until_sync(WEB_SYNC, is_ready, seconds=PATIENCE)
