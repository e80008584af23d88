"""Releases single fields without removing them, so that an autoscaler can take over the replicas.

An apply without a field removes it if nobody else holds it. So the field is removed from the owner's entry in
managedFields instead: it keeps its value, and any manager may take it.
"""

from __future__ import annotations

from collections.abc import Iterable

from vidra.apply.desired.object import DesiredObject
from vidra.apply.managed_fields import Json, Path, cut
from vidra.kube.client import Client
from vidra.kube.decode import decode
from vidra.kube.errors import ApiError, Status
from vidra.kube.operations import json_patch, look
from vidra.kube.partial_metadata import LiveObject


async def give_up(client: Client, item: DesiredObject, uid: str, manager: str) -> LiveObject:
    """Release the fields that the manifest no longer has.

    Raises:
        UnreachableError: No answer; the fields may still be held, and are given up by the next apply.
        ApiError: Refused; 409 when the object changed meanwhile, or was recreated.
    """
    live = await look(client, item.path)
    if live is None or live.metadata.uid != uid:
        raise ApiError(409, Status(f"{item.ref} vanished"))
    patch = _patch(live, manager, item.gives_up)
    return await json_patch(client, item.path, patch) if patch else live


def _patch(live: LiveObject, manager: str, paths: Iterable[Path]) -> list[Json]:
    """The JSON patch; with the version that it was made from, so it is a 409 against any other."""
    patch: list[Json] = []
    for index, entry in enumerate(live.metadata.managed_fields):
        if entry.manager == manager and not entry.subresource:
            fields = before = decode(entry.fields, dict)
            for path in paths:
                fields = cut(fields, path)
            if fields != before:
                place = f"/metadata/managedFields/{index}/fieldsV1"
                patch.append({"op": "replace", "path": place, "value": fields})
    version = {"op": "replace", "path": "/metadata/resourceVersion", "value": live.metadata.resource_version}
    return [version, *patch] if patch else []
