"""The last chapter: a Git repository beside Infrahub, and an application that passes from one to the other and back."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final

import msgspec

from demo.artifacts import WEBSERVER, Shop
from demo.cast import INTERVAL, PATIENCE, WEB_SYNC, Cast, followed_by, replicas
from demo.stage import Clock
from testkit.environment import VIDRA_SYNCS, Json, condition
from testkit.parts.git import GitServer, Repository

_NAME: Final = "from-git"
_FILE: Final = "shops/lisbon/shop.yaml"


async def an_application_moves_to_git_and_back(cast: Cast, artifact: str, shop: Shop) -> None:
    """Chapter 7.

    Args:
        artifact: Id of the application's artifact in Infrahub.
        shop: The application as it is there.
    """
    cast.view.title("7/7  A Git repository beside Infrahub")
    if shutil.which("git") is None:
        cast.say("(There is no git on this machine, so this chapter is left out.)")
        return
    uid = await _uid(cast, shop)
    with tempfile.TemporaryDirectory() as folder:
        async with GitServer(Path(folder) / "served") as server:
            repository = server.repository()
            repository.commit({_FILE: shop.manifest()})
            await _to_git(cast, artifact, server)
            larger = await _a_commit(cast, repository, shop)
            await _back(cast, larger)
    cast.say(f"Deployment {shop.namespace}/web is the same object as before: {await _uid(cast, shop) == uid}.")


async def _to_git(cast: Cast, artifact: str, server: GitServer) -> None:
    git = {"url": f"{server.url}/team/repo.git", "insecure": True, "branch": "main", "paths": ["shops/*"]}
    await cast.scene.vidra_sync(
        name=_NAME, source={"git": git}, interval=INTERVAL, destination={"namespace": "default"}
    )
    ready = await cast.scene.until_vidra_sync(_NAME)
    cast.say(f"A VidraSync reads the same application from Git: {condition(ready)['message'].partition(';')[0]}.")
    clock = Clock()
    cast.scene.infrahub.remove(artifact)
    await cast.scene.until_sync(WEB_SYNC, lambda item: _progress(item) == "1/1", seconds=PATIENCE)
    cast.say(f"It is taken out of Infrahub; {clock} later it is Git's alone, and nothing was deleted.")


async def _a_commit(cast: Cast, repository: Repository, shop: Shop) -> Shop:
    larger = msgspec.structs.replace(shop, replicas=4)
    seen = cast.deployment(shop, lambda item: replicas(item) == larger.replicas)
    async with followed_by(seen):
        clock = Clock()
        commit = repository.commit({_FILE: larger.manifest()})
    cast.say(f"Commit {commit[:8]} scales it to {larger.replicas} replicas, seen after {clock}.")
    return larger


async def _back(cast: Cast, shop: Shop) -> None:
    cast.scene.infrahub.add_artifact(WEBSERVER, shop.manifest())
    await cast.scene.until_sync(WEB_SYNC, lambda item: _progress(item) == "2/2", seconds=PATIENCE)
    await cast.scene.delete(VIDRA_SYNCS, _NAME)
    await cast.scene.until_gone(VIDRA_SYNCS, _NAME, seconds=PATIENCE)
    cast.say("It is an artifact of Infrahub again, and the VidraSync is deleted.")


async def _uid(cast: Cast, shop: Shop) -> str:
    return str((await cast.deployment(shop, lambda _: True))["metadata"]["uid"])


def _progress(item: Json) -> str:
    return str(item.get("status", {}).get("progress", ""))
