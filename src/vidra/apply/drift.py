"""Compares a live object with what was applied: by a dry run of the API server, which writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from vidra.api.names import FORMER_LABEL, FORMER_VALUE, MANAGER_PREFIX
from vidra.api.resource import DriftedObject
from vidra.apply.desired.object import DesiredObject
from vidra.apply.field_owner import Owner
from vidra.apply.managed_fields import MISSING, Fields, Json, below, held, key_of
from vidra.kube.client import Client
from vidra.kube.errors import ApiError
from vidra.kube.operations import try_apply

LISTED = 20
"""Fields of one object that are reported."""
ATTEMPTS = 5
"""Attempts to read an object, and its dry run, at the same version."""
ORDER = "in another order"
_SERVER_KEEPS = frozenset({"managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"})

Sets = Mapping[str, Fields]
"""By field manager: the fields that it holds in the part that is compared."""


class Difference(msgspec.Struct, frozen=True):
    """One field that an apply would change."""

    path: str
    managers: tuple[str, ...] = ()
    """The other managers that hold it now. Nobody holds a removed field, nor the order of a list."""
    removed: bool = False
    order: bool = False
    """Only the order of a list's items differs."""


class Finding(msgspec.Struct, frozen=True):
    """The result of a comparison."""

    drift: DriftedObject | None = None
    """None: nothing differs."""
    version: str = ""
    """The version of the compared object."""
    generation: int = 0
    settled: bool = False
    """An apply would not change what the owner holds."""


async def find_drift(client: Client, item: DesiredObject, uid: str, owner: Owner, *, holds: bool) -> Finding:
    """Find the drift of one object.

    Args:
        uid: Of the object that was applied.
        holds: The owner still holds all that it applied. Then a live object that contains the manifest, values and
            order included, has no drift; only another one needs a dry run.

    Raises:
        UnreachableError: The cluster does not answer.
        ApiError: The cluster refuses; 409 when the object changes too fast to be compared.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return await _compared(client, item, uid, owner, holds=holds)
        except ApiError as error:
            # Somebody wrote between the two requests: that is not a finding.
            if error.code != 409 or error.causes:
                raise
    return await _compared(client, item, uid, owner, holds=holds)


async def _compared(client: Client, item: DesiredObject, uid: str, owner: Owner, *, holds: bool) -> Finding:
    try:
        live = await client.get(item.path, Json)
        meta = live["metadata"]
        if meta["uid"] != uid:
            return Finding(DriftedObject(str(item.ref), note="it was deleted and created again by others"))
        version, generation = meta["resourceVersion"], meta.get("generation", 0)
        sent = item.beside(live, owner)
        if holds and contains(live, sent.body):
            return Finding(None, version, generation)
        wanted = await try_apply(client, item.path, sent.payload(uid), manager=owner.manager, kind=Json)
    except ApiError as error:
        if error.absent:
            return Finding(DriftedObject(str(item.ref), note="it was deleted"))
        raise
    drift = _drifted(item, live, tuple(differing(wanted, live, owner.manager)), owner)
    return Finding(drift, version, generation, held(wanted, owner.manager)[0] == held(live, owner.manager)[0])


def contains(live: Any, sent: Any) -> bool:
    """Whether a live object contains everything that was sent, values and order included; other fields do not matter.

    How the server normalizes values or lists is not known here: False only means that it cannot be decided.
    """
    if isinstance(sent, dict) and isinstance(live, dict):
        return all(contains(live.get(key, MISSING), value) for key, value in sent.items())
    if isinstance(sent, list) and isinstance(live, list):
        left = iter(live)
        return all(any(contains(item, wanted) for item in left) for wanted in sent)
    return type(sent) is type(live) and sent == live


def _drifted(item: DesiredObject, live: Json, found: tuple[Difference, ...], owner: Owner) -> DriftedObject | None:
    if not found:
        return None
    fields = tuple(difference.path for difference in found)
    notes = [ORDER] if any(difference.order for difference in found) else []
    notes += [f"and {len(fields) - LISTED} more fields"] if len(fields) > LISTED else []
    return DriftedObject(str(item.ref), fields[:LISTED], blamed(found, live, owner.manager), ", ".join(notes))


def differing(wanted: Json, live: Json, manager: str) -> Iterator[Difference]:
    """The fields that differ, without those that only the API server sets.

    Args:
        manager: The owner's; any other that holds a field is named, whatever it is named after.
    """
    sets: dict[str, Fields] = {}
    for entry in live["metadata"].get("managedFields") or ():
        name = str(entry.get("manager", ""))
        if name != manager:
            # One manager may have several entries, with different fields.
            sets[f"{name}\0{len(sets)}"] = entry.get("fieldsV1") or None
    yield from _different(_kept(wanted), _without_former(_kept(live), wanted), "", sets)


def blamed(found: tuple[Difference, ...], live: Json, manager: str) -> tuple[str, ...]:
    """Who made these differences, as far as known: field managers, the latest first.

    A manager that set a field holds it. One that removed a field leaves no trace of that: it may be any that wrote
    since the owner's last change.
    """
    entries = live["metadata"].get("managedFields") or ()
    latest = sorted(entries, key=lambda entry: str(entry.get("time", "")), reverse=True)
    guilty = {name for difference in found for name in difference.managers}
    if not guilty and any(difference.removed for difference in found):
        since = max((_time(entry) for entry in entries if entry.get("manager") == manager), default="")
        guilty = {str(entry.get("manager", "")) for entry in entries if _wrote_since(entry, since)}
    return tuple(dict.fromkeys(name for entry in latest if (name := str(entry.get("manager", ""))) in guilty))


def told(drift: DriftedObject) -> str:
    """The differences of one object, for a message; without values, because they may be secret."""
    what = ", ".join((*drift.fields, *((drift.note,) if drift.note else ())))
    return f"{drift.object}: {what}" + (f" (changed by {', '.join(drift.managers)})" if drift.managers else "")


def _time(entry: Json) -> str:
    return str(entry.get("time", ""))


def _wrote_since(entry: Json, since: str) -> bool:
    owner = str(entry.get("manager", "")).startswith(MANAGER_PREFIX)
    return not owner and not entry.get("subresource") and _time(entry) >= since


def _kept(item: Json) -> Json:
    """The object without fields that change at every write, and without the status that controllers report."""
    metadata = {key: value for key, value in item.get("metadata", {}).items() if key not in _SERVER_KEEPS}
    return {**{key: value for key, value in item.items() if key != "status"}, "metadata": metadata}


def _without_former(live: Json, wanted: Json) -> Json:
    """Without the label of an earlier Vidra: nobody changed it, and it is removed with the next manifest."""
    labels = live["metadata"].get("labels") or {}
    if labels.get(FORMER_LABEL) != FORMER_VALUE or FORMER_LABEL in (wanted["metadata"].get("labels") or {}):
        return live
    left = {key: value for key, value in labels.items() if key != FORMER_LABEL}
    return {**live, "metadata": {**live["metadata"], "labels": left}}


def _different(wanted: Any, live: Any, path: str, sets: Sets) -> Iterator[Difference]:
    if wanted == live:
        return
    if isinstance(wanted, dict) and isinstance(live, dict):
        for key in sorted(wanted.keys() | live.keys()):
            inner = _below(sets, f"f:{key}")
            yield from _different(wanted.get(key, MISSING), live.get(key, MISSING), f"{path}.{key}", inner)
    elif isinstance(wanted, list) and isinstance(live, list) and len(wanted) == len(live):
        yield from _different_items(wanted, live, path, sets)
    else:
        yield Difference(path, _holders(sets), removed=live is MISSING)


def _different_items(wanted: list[Any], live: list[Any], path: str, sets: Sets) -> Iterator[Difference]:
    """Compares items by name, if they have names; a different order is a difference of its own."""
    if all(item in live for item in wanted):
        yield Difference(path, _holders({name: fields for name, fields in sets.items() if fields == {}}), order=True)
        return
    names, found = _names(wanted), _names(live)
    if names.keys() != found.keys():
        names, found = dict(enumerate(wanted)), dict(enumerate(live))
    elif list(names) != list(found):
        yield Difference(path, order=True)
    for name, item in names.items():
        inner = _below(sets, key_of(found[name], str(name), sets.values()))
        yield from _different(item, found[name], f"{path}[{_label(item, name)}]", inner)


def _names(items: list[Any]) -> dict[Any, Any]:
    """The items by name; by index unless each has its own name."""
    named = {item["name"]: item for item in items if isinstance(item, dict) and isinstance(item.get("name"), str)}
    return named if len(named) == len(items) else dict(enumerate(items))


def _label(item: Any, name: Any) -> str:
    """The label of a list item in a path: its name, if it has one."""
    return str(item["name"]) if isinstance(item, dict) and isinstance(item.get("name"), str) else str(name)


def _holders(sets: Sets) -> tuple[str, ...]:
    return tuple(name.partition("\0")[0] for name, fields in sets.items() if fields is not None)


def _below(sets: Sets, key: str) -> Sets:
    return dict(zip(sets, below(list(sets.values()), key), strict=True))
