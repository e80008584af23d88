"""Writes into the status of a VidraResource as Vidra itself does: what a test needs to be there, and is no forgery."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from testkit.environment import OWN, RESOURCES, SECRETS, Scene
from vidra.api.resource import VidraResource
from vidra.apply.desired.digest import Digests
from vidra.controllers.runtime.digest_key import NAME
from vidra.controllers.runtime.sealed_statuses import SealedStatuses
from vidra.kube.client import MERGE_PATCH, encode


async def write_as_vidra(scene: Scene, name: str, **changes: Any) -> None:
    """Change fields of a status (by their names in the API), with the seal that only Vidra can make."""
    key = await scene.get(SECRETS, NAME, namespace=OWN)
    found = await scene.get(RESOURCES, name)
    assert key is not None
    assert found is not None
    wanted = {**found, "status": {**found.get("status", {}), **changes}}
    resource = msgspec.convert(wanted, VidraResource)
    seals = SealedStatuses(Digests(base64.b64decode(key["data"]["key"])), lambda _: True)
    seal = seals.sealed(resource, resource.status).seal
    body = encode({"status": {**changes, "seal": seal}})
    await scene.client.send("PATCH", RESOURCES.path("", name, "status"), body=body, content_type=MERGE_PATCH)
