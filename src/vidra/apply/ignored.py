"""Leaves fields that others may set to them: pure.

A field that is ignored is sent when the object is created. Later it is sent as it is in the cluster while only this
owner holds it, so that it stays, and not sent at all once somebody else holds it. So whoever sets it never meets a
conflict, and nothing is written because of it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from vidra.api.drift import IgnoreDifference
from vidra.manifests import Ref
from vidra.manifests.foreign import UnreadableError, decode

Json = dict[str, Any]
_MISSING: Any = object()


def pointers_for(ref: Ref, rules: Iterable[IgnoreDifference]) -> tuple[str, ...]:
    """The JSON pointers of the rules that mean an object."""
    return tuple(dict.fromkeys(pointer for rule in rules if _means(rule, ref) for pointer in rule.json_pointers))


def respecting(body: Json, live: Json, pointers: Iterable[str], manager: str) -> Json:
    """The body to send for an object that exists.

    Args:
        body: What the manifest says, with the owner's marks.
        live: The object in the cluster, with managedFields.
        manager: The owner's field manager.
    """
    result: Json = copy.deepcopy(body)
    entries = [entry for entry in live.get("metadata", {}).get("managedFields") or () if not entry.get("subresource")]
    mine = [entry.get("fieldsV1") or {} for entry in entries if entry.get("manager") == manager]
    others = [entry.get("fieldsV1") or {} for entry in entries if entry.get("manager") != manager]
    for pointer in pointers:
        _leave(result, live, _steps(pointer), mine, others)
    return result


def _means(rule: IgnoreDifference, ref: Ref) -> bool:
    target = rule.target
    return (
        target.group in {None, ref.group}
        and target.kind in {None, ref.kind}
        and target.namespace in {None, ref.namespace}
        and (target.name is None or fnmatchcase(ref.name, target.name))
    )


def _steps(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _leave(body: Json, live: Json, steps: Sequence[str], mine: list[Json], others: list[Json]) -> None:
    """Take one field out of the body, or give it the value that it has; nothing if the body does not have it."""
    here: Any = body
    there: Any = live
    sets: list[Any] = [*mine, *others]
    for step in steps[:-1]:
        here, there, sets = _down(here, there, sets, step)
    last = steps[-1]
    if _get(here, last) is _MISSING:
        return
    _, value, holders = _down(here, there, sets, last)
    held = any(holder is not None for holder in holders[len(mine) :])
    # Held as a part of something whole: leaving it out of that would change the whole.
    whole = any(holder == {} for holder in sets)
    if value is _MISSING or (held and not whole):
        _remove(here, last)
    else:
        _set(here, last, copy.deepcopy(value))


def _down(here: Any, there: Any, sets: list[Any], step: str) -> tuple[Any, Any, list[Any]]:
    """One step into the body, the live object and the sets of fields; an item of a list is found by its key."""
    inner = _get(here, step)
    if isinstance(here, list):
        keys = [key for fields in sets if fields for key in fields if key.startswith("k:") and _fits(key, inner)]
        key = keys[0] if keys else f"i:{step}"
        return inner, _item(there, key, step), [_below(fields, key) for fields in sets]
    return inner, _get(there, step), [_below(fields, f"f:{step}") for fields in sets]


def _below(fields: Any, key: str) -> Any:
    """The set below a key: None where it does not hold it, and {} where it holds all of it as one."""
    if fields is None or fields == {}:
        return fields
    return fields.get(key)


def _fits(key: str, item: Any) -> bool:
    """Whether a key of FieldsV1 (`k:{"name":"web"}`) means an item of a list."""
    try:
        wanted = decode(key.removeprefix("k:").encode(), dict[str, Any])
    except UnreadableError:
        return False
    return isinstance(item, dict) and all(item.get(name) == value for name, value in wanted.items())


def _item(there: Any, key: str, step: str) -> Any:
    if not isinstance(there, list) or not key.startswith("k:"):
        return _get(there, step)
    return next((item for item in there if _fits(key, item)), _MISSING)


def _get(place: Any, step: str) -> Any:
    if isinstance(place, dict):
        return place.get(step, _MISSING)
    if isinstance(place, list) and step.isdecimal() and int(step) < len(place):
        return place[int(step)]
    return _MISSING


def _set(place: Any, step: str, value: Any) -> None:
    place[int(step) if isinstance(place, list) else step] = value


def _remove(place: Any, step: str) -> None:
    del place[int(step) if isinstance(place, list) else step]
