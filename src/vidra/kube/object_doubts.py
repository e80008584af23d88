"""Which values of an object somebody may have changed although its owners hold the same fields as before: pure.

Field ownership tells whose a field is, not that its value is the owner's. Somebody may reorder a list, apply other
values under the field manager of an owner, or edit managedFields so that they look as before. All of that leaves one of
these traces between two states of the object, and each is a doubt, until the owner applies or compares the object:

- The generation moved and nobody left a trace that explains it (`touched`).
- The owner's entry in managedFields moved, its fields or its time, without a write of Vidra's. An entry that comes back
  to what it was has moved twice.
- The object was written and no entry has a new time, so that whoever wrote has an entry of this very second already,
  perhaps the owner's. Where a generation counts the changes of the spec, only the other values count for this.

Invariant: the write of a controller that reports a status, or of a manager that sets fields of its own, is no doubt,
because its own entry has a new time. An entry that disappears or has fewer fields explains nothing: an apply under the
owner's name may have taken them.
"""

from __future__ import annotations

from itertools import count

import msgspec

from vidra.kube.object_snapshot import ObjectSnapshot

_numbers = count(1)


def since(old: ObjectSnapshot | None, new: ObjectSnapshot, *, applier: str | None = None) -> ObjectSnapshot:
    """The new state of an object, with what is known of its earlier states.

    Args:
        applier: It is the answer to a write of Vidra's: an apply by this owner, or empty for a write of metadata. None:
            anybody may have written it.
    """
    if old is None or old.uid != new.uid:
        return new
    # A generation is explained when a manager wrote its own fields again, or wrote through a subresource; not when
    # nobody left a trace, or when a manager took new fields: then something else may have changed as well.
    again = new.traces.fields == old.traces.fields and new.traces.writes != old.traces.writes
    # Of several generations at once, as after a cut watch, only the traces of the last one are known.
    accounted = new.generation == old.generation or (again and new.generation == old.generation + 1)
    touched = old.touched if accounted else new.touched
    return msgspec.structs.replace(new, touched=touched, doubts=_doubts(old, new, applier))


def applied(old: ObjectSnapshot, applier: str) -> ObjectSnapshot:
    """The state that an owner's apply was answered with, when the watch has shown it before the answer."""
    return msgspec.structs.replace(old, doubts=tuple(doubt for doubt in old.doubts if doubt[0] != applier))


def is_doubtful(old: ObjectSnapshot | None, new: ObjectSnapshot | None) -> bool:
    """Whether owners' fields may have changed in a way that only a comparison of the object can show, at once.

    Where a manager uses a subresource, each of its writes may look like that: those are compared at the next interval.
    """
    if old is None or new is None:
        return False
    return (new.touched > old.touched and not new.scaled) or any(_is_news(old, new, name) for name, _ in new.holders)


def _doubts(old: ObjectSnapshot, new: ObjectSnapshot, applier: str | None) -> tuple[tuple[str, int], ...]:
    known = dict(old.doubts)
    hidden = applier is None and _is_hidden(old, new)
    for manager, _ in new.holders:
        if manager == applier:
            known.pop(manager, None)  # every value is the owner's again
        elif hidden or _moved(old, new, manager, fields=applier is None):
            known[manager] = next(_numbers)
    return tuple((name, known[name]) for name, _ in new.holders if name in known)


def _moved(old: ObjectSnapshot, new: ObjectSnapshot, manager: str, *, fields: bool = True) -> bool:
    """Whether the owner's entry has another time, or other fields: what Vidra's own writes take or give is known."""
    if old.written_by(manager) != new.written_by(manager):
        return True
    return fields and old.digest(manager) != new.digest(manager)


def _is_hidden(old: ObjectSnapshot, new: ObjectSnapshot) -> bool:
    """Whether values changed, or may have, and no manager has a new time."""
    if new.version == old.version or any(stamp not in old.writes.stamps for stamp in new.writes.stamps):
        return False
    return not new.generation or old.writes.values != new.writes.values


def _is_news(old: ObjectSnapshot, new: ObjectSnapshot, manager: str) -> bool:
    doubted = new.doubt(manager) > old.doubt(manager)
    return doubted and (not new.writes.reported or _moved(old, new, manager))
