"""Implements `ignoreDifferences`: leaves fields to other managers: pure.

An ignored field is sent when the object is created. Later it is sent with its live value while only this owner holds
it, or nobody does, so that it stays. It is not sent at all once another manager holds it. So that manager never gets a
conflict, and nothing is written because of it. Such a body is right for one state of the object only, and is sent to no
other (`applier.py`).

Invariant: a field that others may set is never removed because it was removed from the manifest. It is sent once more
with its live value, and then released, so that it exists and nobody holds it.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from vidra.api.drift import IgnoreDifference
from vidra.apply.managed_fields import MISSING, Fields, Json, Path, alone, below, fits, get, held, key_of, whole
from vidra.manifests import Ref

_TEXTS = "/stringData/"


class Left(NamedTuple):
    """A field that the manifest no longer has, and that only the owner holds."""

    steps: tuple[str, ...]
    path: Path
    value: Any


def pointers_for(ref: Ref, rules: Iterable[IgnoreDifference], body: Json | None = None) -> tuple[str, ...]:
    """The JSON pointers of the rules that select an object, as paths into the object as it is sent.

    Args:
        body: The object as the manifest has it.
    """
    written = (pointer for rule in rules if means(rule, ref) for pointer in rule.json_pointers)
    return tuple(dict.fromkeys(sent for pointer in written for sent in as_sent(pointer, ref, body or {})))


def as_sent(pointer: str, ref: Ref, body: Json) -> tuple[str, ...]:
    """The path of a manifest field in what is sent: a Secret's stringData is sent as data."""
    if ref.kind != "Secret" or ref.api_version != "v1" or not f"{pointer}/".startswith(_TEXTS):
        return (pointer,)
    texts = body.get("stringData")
    if f"{pointer}/" != _TEXTS:
        return ("/data/" + pointer.removeprefix(_TEXTS),)
    if not body.get("data") or not isinstance(texts, dict):
        return ("/data",)
    return tuple(f"/data/{str(key).replace('~', '~0').replace('/', '~1')}" for key in texts)


def respecting(body: Json, live: Json, pointers: Collection[str], manager: str) -> Json:
    """The body to send for an object that exists.

    Args:
        body: The manifest's object, with the owner's marks.
        live: The object in the cluster, with managedFields.
        manager: The owner's field manager.
    """
    result: Json = copy.deepcopy(body)
    mine, others = held(live, manager)
    for pointer in pointers:
        _leave(result, live, _steps(pointer), mine, others)
    for field in left(body, live, pointers, manager):
        _put(result, field)
    return result


def left(body: Json, live: Json, pointers: Iterable[str], manager: str) -> list[Left]:
    """The fields that an apply of the body would remove although others may set them."""
    mine, others = held(live, manager)
    found = (_left(body, live, _steps(pointer), mine, others) for pointer in pointers)
    return [field for field in found if field]


def means(rule: IgnoreDifference, ref: Ref) -> bool:
    """Whether a rule selects an object."""
    target = rule.target
    return (
        target.group in {None, ref.group}
        and target.kind in {None, ref.kind}
        and target.namespace in {None, ref.namespace}
        and (target.name is None or fnmatchcase(ref.name, target.name))
    )


def there(item: Json, pointer: str) -> bool:
    """Whether a pointer leads to a field of an object."""
    place: Any = item
    for step in _steps(pointer):
        place = get(place, step)
    return place is not MISSING


def _steps(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _leave(body: Json, live: Json, steps: Sequence[str], mine: list[Fields], others: list[Fields]) -> None:
    """Remove one field from the body, or give it its live value; nothing if the body does not have it."""
    here: Any = body
    there: Any = live
    sets: list[Fields] = [*mine, *others]
    for step in steps[:-1]:
        here, there, sets = _down(here, there, sets, step)
    last = steps[-1]
    if get(here, last) is MISSING:
        return
    _, value, holders = _down(here, there, sets, last)
    theirs = [fields for fields in holders[len(mine) :] if fields is not None]
    # No part of an atomic value can be left out without changing the whole.
    if theirs and not whole(sets) and value is not MISSING:
        # Others may hold only a part of it; the rest would be removed with this owner's entry.
        value = alone(value, next(iter(holders[: len(mine)]), None), theirs)
    if value is MISSING:
        _remove(here, last)
    else:
        _set(here, last, copy.deepcopy(value))


def _left(body: Json, live: Json, steps: Sequence[str], mine: list[Fields], others: list[Fields]) -> Left | None:
    here: Any = body
    there: Any = live
    sets: list[Fields] = [*mine, *others]
    path: list[str] = []
    for step in steps:
        item = isinstance(there, list)
        key = key_of(get(here, step), step, sets) if item else f"f:{step}"
        if whole(sets) or key.startswith("i:") or (item and not isinstance(here, list)):
            return None
        path.append(key)
        here, there, sets = _down(here, there, sets, step)
    own = next(iter(sets[: len(mine)]), None)
    value = alone(there, own, sets[len(mine) :]) if here in (MISSING, None) else MISSING
    return None if value is MISSING else Left(tuple(steps), tuple(path), copy.deepcopy(value))


def _put(body: Json, field: Left) -> None:
    """Set a field of the body, with the maps above it; a list item above it exists already."""
    here: Any = body
    for step in field.steps[:-1]:
        if get(here, step) in (MISSING, None):
            _set(here, step, {})
        here = get(here, step)
    _set(here, field.steps[-1], field.value)


def _down(here: Any, there: Any, sets: list[Fields], step: str) -> tuple[Any, Any, list[Fields]]:
    """One step into the body, the live object and the field sets; a list item is found by its key."""
    inner = get(here, step)
    if isinstance(here, list):
        key = key_of(inner, step, sets)
        return inner, _item(there, key, step), below(sets, key)
    return inner, get(there, step), below(sets, f"f:{step}")


def _item(there: Any, key: str, step: str) -> Any:
    if not isinstance(there, list) or not key.startswith("k:"):
        return get(there, step)
    return next((item for item in there if fits(key, item)), MISSING)


def _set(place: Any, step: str, value: Any) -> None:
    place[int(step) if isinstance(place, list) else step] = value


def _remove(place: Any, step: str) -> None:
    del place[int(step) if isinstance(place, list) else step]
