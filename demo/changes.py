"""Two chapters: what changes in Infrahub arrives, what changes in the cluster does not stay."""

from __future__ import annotations

from typing import Final

import msgspec

from demo.artifacts import Shop
from demo.cast import DEPLOYMENTS, INTERVAL, PATIENCE, Cast, followed_by, image, replicas
from demo.contents import LISBON, OSLO
from demo.stage import Clock
from vidra.kube.discovery import Kind

_SERVICES: Final = Kind("v1", "Service", "services", namespaced=True)


async def an_artifact_changes(cast: Cast, artifact: str) -> Shop:
    """Chapter 3; gives the application as it is after it."""
    cast.view.title("3/7  An artifact changes in Infrahub")
    new = msgspec.structs.replace(LISBON, replicas=3, image="nginx:1.29")
    seen = cast.deployment(LISBON, lambda item: (replicas(item), image(item)) == (new.replicas, new.image))
    async with followed_by(seen):
        clock = Clock()
        cast.scene.infrahub.change(artifact, new.manifest())
        cast.say(f"Artifact changed in Infrahub: {_difference(LISBON, new)}.")
    cast.say(
        f"Seen in Deployment {LISBON.namespace}/web after {clock}, by a watch (Infrahub is asked every {INTERVAL})."
    )
    return new


async def drift_is_reverted(cast: Cast) -> None:
    """Chapter 4."""
    cast.view.title("4/7  Somebody changes objects by hand")
    await _a_service_is_deleted(cast)
    await _a_deployment_is_edited(cast)


async def _a_service_is_deleted(cast: Cast) -> None:
    service = await cast.scene.get(_SERVICES, "web", namespace=OSLO.namespace)
    assert service is not None, "a sync says Ready, and one of its objects is not there"
    uid = service["metadata"]["uid"]
    back = cast.scene.until(
        _SERVICES, "web", lambda item: bool(item["metadata"]["uid"] != uid), namespace=OSLO.namespace, seconds=PATIENCE
    )
    async with followed_by(back):
        clock = Clock()
        await cast.scene.delete(_SERVICES, "web", namespace=OSLO.namespace)
        cast.say(f"Somebody deletes Service {OSLO.namespace}/web.")
    cast.say(f"It is back after {clock}, seen by a watch.")


async def _a_deployment_is_edited(cast: Cast) -> None:
    now = await cast.deployment(OSLO, lambda _: True)
    reverted = now["metadata"]["generation"] + 2  # one for the edit, one for what Vidra does about it
    back = cast.deployment(
        OSLO, lambda item: item["metadata"]["generation"] >= reverted and replicas(item) == OSLO.replicas
    )
    async with followed_by(back):
        clock = Clock()
        await cast.scene.patch(DEPLOYMENTS, "web", {"spec": {"replicas": 0}}, namespace=OSLO.namespace)
        cast.say(f"Somebody scales Deployment {OSLO.namespace}/web to 0 replicas.")
    cast.say(f"It has {OSLO.replicas} again after {clock}, seen by a watch.")


def _difference(old: Shop, new: Shop) -> str:
    return f"replicas {old.replicas} → {new.replicas}, image {old.image} → {new.image}"
