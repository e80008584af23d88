"""Finds the fields of a live object that block an apply, although no manifest wants them: pure.

A server-side apply removes only fields that its owner held. Fields that the server filled in (`rollingUpdate` of a
strategy, `emptyDir` of a volume) or an earlier writer left stay. If the manifest now sets a field that excludes them,
the object is refused for a field that is not in the manifest. The refusal tells which one:

the field itself        it is in the object, and not in the manifest                spec.strategy.rollingUpdate
the field beside it     the refusal says that the two exclude each other            env[0].valueFrom, beside value
other items of a list   the refusal is about a name or number that occurs twice     ports[1].name

Fields of other appliers or of a subresource never count, nor fields that identify a list item.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from vidra.apply.field_sets import ITSELF, Fields, merged
from vidra.apply.managed_fields import fits
from vidra.kube.decode import decode
from vidra.kube.errors import Cause

Json = dict[str, Any]
Step = str | int

_STEP = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")
_EXCLUDES = re.compile(
    r"\bmay not\b|\bmust not\b|\bmore than\b|\bonly one\b|\bnot empty\b|\bmutually exclusive\b|\bat most one\b"
    r"|\bexactly one\b|\bone of\b|\bonly allowed\b|\bcannot be (set|specified|used)\b|\bnot allowed\b",
    re.IGNORECASE,
)
"""How API servers and definitions say that two fields exclude each other; each of these is in a test."""
_DUPLICATE = "FieldValueDuplicate"
_REQUIRED = "FieldValueRequired"
"""About a name: one item needs none, several do, so one item may be too many."""
_NULL = '"null"'
"""The server turns a map into null when its last field is removed (kubernetes/kubernetes#117447)."""


class Place(msgspec.Struct, frozen=True):
    """A place in the live object, in the manifest, and in the field sets about it."""

    live: Any
    body: Any
    known: Fields
    """The fields that anybody holds below it."""
    kept: Fields | None
    """The part that must stay with others; empty: all of it."""


def leftovers(causes: Iterable[Cause], place: Place) -> Fields:
    """The fields to remove, as a set."""
    found: Fields = {}
    for cause in causes:
        steps = steps_of(cause.field)
        if cause.reason == _DUPLICATE or (cause.reason == _REQUIRED and steps[-1:] == ["name"]):
            numbers = [index for index, step in enumerate(steps) if isinstance(step, int)]
            found = merged(found, _others(steps[: numbers[-1]], place) if numbers else {})
        elif steps and cause.reason != _REQUIRED:
            found = merged(found, _beside(steps, place, excludes=bool(_EXCLUDES.search(cause.message))))
    return found


def emptied(causes: Iterable[Cause], live: Json, body: Json) -> Iterator[str]:
    """JSON pointers to items of maps and lists that the manifest wants empty, and that the server turned into null."""
    for cause in causes:
        steps = steps_of(cause.field)
        if _NULL in cause.message and not any(isinstance(step, int) for step in steps):
            here, there = _at(body, steps), _at(live, steps)
            base = "".join(f"/{_escaped(str(step))}" for step in steps)
            if here == {} and isinstance(there, dict):
                yield from (f"{base}/{_escaped(key)}" for key in there)
            elif here == [] and isinstance(there, list):
                yield from (f"{base}/{index}" for index in reversed(range(len(there))))


def unexplained(causes: Iterable[Cause], body: Json, entries: Iterable[Json]) -> Iterator[str]:
    """Fields that a refusal names and that are not in the manifest, with their managers and a way out."""
    held = [(str(entry.get("manager", "")), entry.get("fieldsV1") or {}) for entry in entries]
    for field in sorted({cause.field for cause in causes}):
        steps = steps_of(field)
        if steps and not _has(body, steps):
            managers = sorted({manager for manager, fields in held if _holds(fields, steps)})
            who = f"held by {', '.join(managers)}" if managers else "a default of the API server's"
            yield f"{field} is not in the manifest: it is {who}; take it out of the object, or set it in the manifest"


def _has(value: Any, steps: list[Step]) -> bool:
    """Whether a manifest has a field, in any item of a list: the server's indexes count items that only it knows."""
    if not steps:
        return value is not None
    if isinstance(steps[0], int):
        return isinstance(value, list) and any(_has(item, steps[1:]) for item in value)
    return isinstance(value, dict) and steps[0] in value and _has(value[steps[0]], steps[1:])


def _holds(fields: Fields, steps: list[Step]) -> bool:
    if not steps or not fields:
        return True
    if isinstance(steps[0], int):
        return any(_holds(below, steps[1:]) for key, below in fields.items() if key.startswith(("k:", "i:")))
    return f"f:{steps[0]}" in fields and _holds(fields[f"f:{steps[0]}"], steps[1:])


def steps_of(field: str) -> list[Step]:
    """The steps of a path as the API server writes it: `spec.ports[1].name`, `metadata.annotations[a.b/c]`."""
    found = (match[1] if match[1] is not None else match[2] for match in _STEP.finditer(field))
    return [int(step) if step.isdecimal() else step for step in found if step != "<nil>"]


def _beside(steps: list[Step], place: Place, *, excludes: bool) -> Fields:
    """The field at the end of the steps, or the fields that it excludes."""
    step, rest = steps[0], steps[1:]
    if isinstance(step, int):
        return _in_each(place, lambda inner: _beside(rest, inner, excludes=excludes) if rest else {})
    if rest:
        below = _below(place, step)
        found = _beside(rest, below, excludes=excludes) if below else {}
        return {f"f:{step}": found} if found else {}
    if not isinstance(place.live, dict):
        return {}
    body = place.body if isinstance(place.body, dict) else {}
    left = [name for name in place.live if body.get(name) is None and not _is_kept(place, f"f:{name}")]
    if step in left:
        left = [step]
    elif not excludes or body.get(step) is None:
        left = []
    return {f"f:{name}": _whole(place.live[name], place.known.get(f"f:{name}")) for name in left}


def _others(steps: list[Step], place: Place) -> Fields:
    """The items of the list at the end of the steps that are not in the manifest."""
    if not steps:
        if not isinstance(place.live, list) or not isinstance(place.body, list):
            return {}
        named = ((_key(place, item), item) for item in place.live)
        return {
            key: merged(_whole(item, place.known.get(key)), {ITSELF: {}})
            for key, item in named
            if key and _wanted(place, key) is None and not _is_kept(place, key)
        }
    if isinstance(steps[0], int):
        return _in_each(place, lambda inner: _others(steps[1:], inner))
    below = _below(place, steps[0])
    found = _others(steps[1:], below) if below else {}
    return {f"f:{steps[0]}": found} if found else {}


def _in_each(place: Place, look: Callable[[Place], Fields]) -> Fields:
    """The matches in each item that is also in the manifest: the refusal's indexes are of another list."""
    result: Fields = {}
    for item in place.live if isinstance(place.live, list) and isinstance(place.body, list) else ():
        key = _key(place, item)
        wanted = _wanted(place, key) if key else None
        if wanted is None or (place.kept == {}):
            continue
        kept = None if place.kept is None else place.kept.get(key)
        identity: Fields = {f"f:{name}": {} for name in decode(key[2:].encode(), dict[str, Any])}
        kept = identity if kept is None else kept and merged(kept, identity)
        if found := look(Place(item, wanted, place.known.get(key) or {}, kept)):
            result[key] = found
    return result


def _below(place: Place, name: str) -> Place | None:
    if not isinstance(place.live, dict) or name not in place.live or _is_whole(place.kept, f"f:{name}"):
        return None
    body = place.body.get(name) if isinstance(place.body, dict) else None
    kept = None if place.kept is None else place.kept.get(f"f:{name}")
    return Place(place.live[name], body, place.known.get(f"f:{name}") or {}, kept)


def _is_kept(place: Place, key: str) -> bool:
    return place.kept is not None and (not place.kept or key in place.kept)


def _is_whole(kept: Fields | None, key: str) -> bool:
    return kept is not None and (not kept or kept.get(key) == {})


def _key(place: Place, item: Any) -> str:
    return next((key for key in place.known if key.startswith("k:") and fits(key, item)), "")


def _wanted(place: Place, key: str) -> Any:
    """The manifest's item for a key; it may lack key fields that have a default."""
    parts: Json = decode(key[2:].encode(), dict[str, Any])
    for item in place.body:
        known = isinstance(item, dict) and parts.keys() & item.keys()
        if known and all(item.get(name, value) == value for name, value in parts.items()):
            return item
    return None


def _whole(value: Any, known: Fields | None) -> Fields:
    """The set of everything in a value; a list that nobody holds in parts is one field."""
    if known == {} or not isinstance(value, dict):
        return known or {}
    known = known or {}
    parts = {f"f:{name}": _whole(item, known.get(f"f:{name}")) for name, item in value.items()}
    return {**known, ITSELF: {}, **parts} if parts else {}


def _at(value: Any, steps: list[Step]) -> Any:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
