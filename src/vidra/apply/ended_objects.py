"""Objects whose life ends by itself: a Job, a Pod that runs once, whatever the cluster cleans up after its end.

Invariant: what came to its end under a text does not run again under that text, whoever of this Vidra's has it now.
Repeating a payment is worse than not repeating it, so that an absence which nobody saw begin counts as the end of what
the cluster cleans up. Only what was seen to be deleted before its end comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

import msgspec

from vidra.api.health import CURRENT, Health, Status
from vidra.api.resource import ManagedObject
from vidra.apply.desired.object import DesiredObject, Key
from vidra.apply.health.fields import conditions, mapping, text, value
from vidra.apply.inventory import Inventory
from vidra.apply.revision import is_of_text
from vidra.kube.discovery import Kind
from vidra.kube.informers import InformerSet
from vidra.kube.visibility import Sight

_CLEANED_UP = ("ttlSecondsAfterFinished", "ttlStrategy")
"""Fields of a spec with which a cluster is asked to delete an object after its end."""
_RUN_ONCE = frozenset({("batch", "Job"), ("", "Pod")})
"""Groups and kinds that end without being asked to be cleaned up."""
_GOOD = frozenset({"Complete", "Completed", "Succeeded"})
_BAD = frozenset({"Failed", "Error"})


class End(StrEnum):
    """How an object came to its end."""

    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    UNSEEN = "Unseen"
    """It is gone, as the cluster was asked to clean it up, and nobody saw how it ended."""


def end_of(source: Mapping[str, Any]) -> str:
    """How an object ended by itself, as its status says; empty while it has not, or when somebody deletes it."""
    if text(source, "metadata", "deletionTimestamp"):
        return ""
    kind = text(source, "apiVersion").rpartition("/")[0], text(source, "kind")
    if kind == ("", "Pod"):
        return _end_of_pod(source)
    if kind != ("batch", "Job") and not cleaned_up(source):
        return ""
    found = {name for name, condition in conditions(source).items() if condition.true}
    phase = text(source, "status", "phase")
    if found & _BAD or phase in _BAD:
        return End.FAILED
    return End.SUCCEEDED if found & _GOOD or phase in _GOOD else ""


def _end_of_pod(source: Mapping[str, Any]) -> str:
    """A Pod that is to run for ever has no end of its own, nor has one that was evicted: that has a reason."""
    if text(source, "spec", "restartPolicy") not in {"Never", "OnFailure"} or text(source, "status", "reason"):
        return ""
    phase = text(source, "status", "phase")
    return phase if phase in {End.SUCCEEDED, End.FAILED} else ""


def cleaned_up(body: Mapping[str, Any]) -> bool:
    """Whether the cluster is asked to delete an object after its end."""
    return any(value(mapping(body, "spec"), field) is not None for field in _CLEANED_UP)


def is_over(item: DesiredObject, entry: ManagedObject, observed: InformerSet) -> str:
    """How an object that is not there came to its end under this text; empty if it is to be made again."""
    if not entry.uid or not is_of_text(entry, item.digest):
        return ""
    seen = observed.end(item.kind, entry.uid)
    if seen is not None:
        return seen
    return entry.ended or (End.UNSEEN if cleaned_up(item.body) else "")


def noted(
    inventory: Inventory,
    known: Callable[[ManagedObject], Kind | None],
    observed: InformerSet,
    wanted: Mapping[Key, DesiredObject] | None = None,
) -> Inventory:
    """The inventory with how objects ended, as far as the watches and the texts tell.

    Args:
        known: The kind of an entry, if its cluster is the one that is observed.
        wanted: The texts; without them only what was seen is noted.
    """
    changed: dict[Key, ManagedObject] = {}
    for key, entry in inventory.entries.items():
        kind = known(entry)
        if kind is None or not entry.uid or not observed.shows_ends(kind):
            continue
        ended = ended_of(entry, kind, observed, wanted.get(key) if wanted else None)
        if ended != entry.ended:
            changed[key] = msgspec.structs.replace(entry, ended=ended)
    return Inventory({**inventory.entries, **changed}) if changed else inventory


def handed_over(
    inventory: Inventory,
    wanted: Mapping[Key, DesiredObject],
    observed: InformerSet,
    others: Callable[[DesiredObject], Iterable[ManagedObject]],
) -> Inventory:
    """The inventory with what came to its end under the same text in other hands: an artifact or sync was renamed.

    Args:
        others: What others have written down of an object that they applied from the same text.
    """
    changed: dict[Key, ManagedObject] = {}
    for key, item in wanted.items():
        if not _may_end(item) or observed.get(item.kind, item.ref.namespace, item.ref.name):
            continue
        own = inventory.entries.get(key)
        own = own if own and own.uid and is_of_text(own, item.digest) else None
        if own is None or not own.ended:
            found = (_end_elsewhere(entry, own, item, observed) for entry in others(item))
            changed.update((key, entry) for entry in found if entry)
    return Inventory({**inventory.entries, **changed}) if changed else inventory


def _end_elsewhere(
    entry: ManagedObject, own: ManagedObject | None, item: DesiredObject, observed: InformerSet
) -> ManagedObject | None:
    """Another's entry with its end; an end that nobody saw does not count against what the owner has seen itself."""
    ended = ended_of(entry, item.kind, observed, None if own else item)
    return msgspec.structs.replace(entry, ended=ended) if entry.uid and ended else None


def _may_end(item: DesiredObject) -> bool:
    return (item.ref.group, item.ref.kind) in _RUN_ONCE or cleaned_up(item.body)


def ended_of(entry: ManagedObject, kind: Kind, observed: InformerSet, item: DesiredObject | None = None) -> str:
    """How an object came to its end, as far as it is known; empty while it has not.

    Args:
        item: Its text, if that is at hand.
    """
    found = observed.look(kind, entry.namespace, entry.name)
    if found.sight is not Sight.SEEN:
        return entry.ended  # what is not seen is not gone
    live = found.state
    if live is not None:
        return live.ended if live.uid == entry.uid else entry.ended
    if item is not None:
        return is_over(item, entry, observed)
    seen = observed.end(kind, entry.uid)
    return entry.ended if seen is None else seen


def health_after(ended: str) -> Health:
    """How an object is that came to its end and is gone."""
    match ended:
        case End.SUCCEEDED:
            return CURRENT
        case End.FAILED:
            return Health(Status.FAILED, "it failed, and was cleaned up since")
    return Health(Status.UNKNOWN, "it was cleaned up while nobody saw how it ended: change its text to run it again")
