"""How a live object differs from what was applied: asked of the API server itself, by a dry run that writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vidra.api.names import FORMER_LABEL, FORMER_VALUE, MANAGER_PREFIX
from vidra.api.resource import DriftedObject
from vidra.apply.desired import Desired
from vidra.apply.owner import Owner
from vidra.kube.client import Client
from vidra.kube.errors import ApiError
from vidra.kube.verbs import try_apply

Json = dict[str, Any]

LISTED = 20
"""Fields of one object that are told."""
_SERVER_KEEPS = frozenset({"managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"})
_MISSING = object()


async def drift_of(client: Client, item: Desired, uid: str, owner: Owner) -> DriftedObject | None:
    """What is different about an object; None when nothing is.

    Args:
        uid: Of the object that was applied.

    Raises:
        Unreachable: The cluster does not answer.
        ApiError: The cluster does not tell.
    """
    try:
        live = await client.get(item.path, Json)
        if live["metadata"]["uid"] != uid:
            return DriftedObject(str(item.ref), note="somebody replaced it")
        body = item.beside(live, owner) if item.ignored else item
        wanted = await try_apply(client, item.path, body.payload(uid), manager=owner.manager, kind=Json)
    except ApiError as error:
        if error.not_found:
            return DriftedObject(str(item.ref), note="somebody deleted it")
        raise
    fields = tuple(differing(wanted, live))
    if not fields:
        return None
    more = f"and {len(fields) - LISTED} more fields" if len(fields) > LISTED else ""
    return DriftedObject(str(item.ref), fields[:LISTED], managers_of(live), more)


def differing(wanted: Json, live: Json) -> Iterator[str]:
    """Paths of the fields that differ, without what only the API server keeps."""
    yield from _different(_kept(wanted), _without_former(_kept(live), wanted), "")


def managers_of(live: Json) -> tuple[str, ...]:
    """Who has changed an object besides its owners: field managers, the latest first."""
    entries = [
        entry
        for entry in live["metadata"].get("managedFields") or ()
        if not entry.get("subresource") and not str(entry.get("manager", "")).startswith(MANAGER_PREFIX)
    ]
    latest = sorted(entries, key=lambda entry: str(entry.get("time", "")), reverse=True)
    return tuple(dict.fromkeys(str(entry.get("manager", "")) for entry in latest))


def told(drift: DriftedObject) -> str:
    """One object's difference, for a person; no value, because it may be a secret."""
    what = ", ".join((*drift.fields, *((drift.note,) if drift.note else ())))
    return f"{drift.object}: {what}" + (f" (changed by {', '.join(drift.managers)})" if drift.managers else "")


def _kept(item: Json) -> Json:
    """The object without what changes at every write, or is the status that controllers report."""
    metadata = {key: value for key, value in item.get("metadata", {}).items() if key not in _SERVER_KEEPS}
    return {**{key: value for key, value in item.items() if key != "status"}, "metadata": metadata}


def _without_former(live: Json, wanted: Json) -> Json:
    """Without the label of an earlier version of Vidra, which is nobody's change, and goes with the next text."""
    labels = live["metadata"].get("labels") or {}
    if labels.get(FORMER_LABEL) != FORMER_VALUE or FORMER_LABEL in (wanted["metadata"].get("labels") or {}):
        return live
    left = {key: value for key, value in labels.items() if key != FORMER_LABEL}
    return {**live, "metadata": {**live["metadata"], "labels": left}}


def _different(wanted: Any, live: Any, path: str) -> Iterator[str]:
    if isinstance(wanted, dict) and isinstance(live, dict):
        for key in sorted(wanted.keys() | live.keys()):
            yield from _different(wanted.get(key, _MISSING), live.get(key, _MISSING), f"{path}.{key}")
    elif isinstance(wanted, list) and isinstance(live, list) and len(wanted) == len(live):
        for number, (one, other) in enumerate(zip(wanted, live, strict=True)):
            yield from _different(one, other, f"{path}[{_label(one, number)}]")
    elif wanted != live:
        yield path


def _label(item: Any, number: int) -> str:
    """How an item of a list is told from the others: by its name, if it has one."""
    return str(item["name"]) if isinstance(item, dict) and isinstance(item.get("name"), str) else str(number)
