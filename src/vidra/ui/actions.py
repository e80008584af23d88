"""What a person may have done from the page: by their own rights, asked for before, and recorded in their name.

A write names the UID of what the person saw: an object that was recreated meanwhile is not meant.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from vidra.api.names import APPROVE_PRUNE, GROUP, PLURALS, REQUESTED_AT
from vidra.api.times import micro_time, rfc3339
from vidra.kube.client import Client, encode
from vidra.kube.errors import KubeError
from vidra.kube.operations import merge_patch
from vidra.ui.errors import RefusedError
from vidra.views.resource_names import Item, find, path_of, titled
from vidra.views.whoami import person, right

Action = Literal["reconcile", "suspend", "resume", "approve"]
MANAGER = "vidra-ui"
_DONE = {"reconcile": "requested", "suspend": "suspended", "resume": "resumed", "approve": "approved"}


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the page sends."""

    name: str
    """With isync/ or vres/ before it."""
    uid: str
    """Of what the person saw."""
    id: str = ""
    """approve: the set that the person saw."""


async def act(client: Client, action: Action, wanted: Request, *, virtual: bool) -> str:
    """Do it, and say what was done.

    Args:
        virtual: Whether Vidra's own verb is needed too.

    Raises:
        RefusedError: The person may not, or it is not what it was.
        KubeError: It could not be done.
    """
    item = await find(client, wanted.name)
    await _allowed(client, action, item, virtual=virtual)
    if item.metadata.uid != wanted.uid:
        raise RefusedError(409, f"{titled(item)} was recreated meanwhile: look at it again")
    if action == "approve":
        _is_the_set(item, wanted.id)
    patch = _patch(action, wanted)
    patch["metadata"] = {**patch.get("metadata", {}), "uid": item.metadata.uid}
    await merge_patch(client, path_of(item), patch, type(item), manager=MANAGER)
    recorded = await _record(client, action, item, wanted)
    return f"{titled(item)}: {_DONE[action]}{recorded}"


async def _allowed(client: Client, action: str, item: Item, *, virtual: bool) -> None:
    for verb in ("patch", action) if virtual else ("patch",):
        found = await right(client, verb, PLURALS[item.kind], item.metadata.name)
        if not found.allowed:
            raise RefusedError(403, found.why)


def _is_the_set(item: Item, seen: str) -> None:
    """Refuse when what is held is not what the person saw: they agreed to that set and to no other."""
    held = item.status.held_prune
    if held is None:
        raise RefusedError(409, f"{titled(item)} has no prune to approve any more")
    if held.id != seen:
        raise RefusedError(409, f"what {titled(item)} holds back changed meanwhile (it is {held.id} now): look again")


def _patch(action: Action, wanted: Request) -> dict[str, Any]:
    if action == "reconcile":
        return {"metadata": {"annotations": {REQUESTED_AT: micro_time(datetime.now(UTC))}}}
    if action == "approve":
        return {"metadata": {"annotations": {APPROVE_PRUNE: wanted.id}}}
    return {"spec": {"suspend": action == "suspend"}}


async def _record(client: Client, action: str, item: Item, wanted: Request) -> str:
    """Write an Event that names the person, with the person's own rights; says so when that is not possible."""
    try:
        who = (await person(client)).user or "somebody"
        now = datetime.now(UTC)
        detail = f" {wanted.id}" if action == "approve" else ""
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"generateName": f"{item.metadata.name[:200]}.", "namespace": "default"},
            "involvedObject": {
                "apiVersion": f"{GROUP}/v1alpha1",
                "kind": item.kind,
                "name": item.metadata.name,
                "uid": item.metadata.uid,
            },
            "type": "Normal",
            "reason": "UserAction",
            "message": f"{who}: {action}{detail}, on the page",
            "firstTimestamp": rfc3339(now),
            "lastTimestamp": rfc3339(now),
            "count": 1,
            "source": {"component": MANAGER},
            "reportingComponent": MANAGER,
            "reportingInstance": MANAGER,
        }
        await client.send("POST", "/api/v1/namespaces/default/events", body=encode(event), repeatable=False)
    except KubeError:
        return "; no Event names you, because you may not create Events"
    return ""
