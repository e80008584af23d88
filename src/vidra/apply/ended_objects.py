"""Objects that end by themselves: a Job, a Pod that runs once, and objects that the cluster deletes after their end.

Invariant: an object that ended under a manifest does not run again under that manifest, whichever VidraResource owns it
now. To repeat a payment is worse than not to repeat it. So if an object with clean-up is missing and nobody saw how
that began, it counts as ended. Only an object that was seen to be deleted before its end is recreated.
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
"""Spec fields that ask the cluster to delete an object after its end."""
_RUN_ONCE = frozenset({("batch", "Job"), ("", "Pod")})
"""Groups and kinds that end without a clean-up field."""
_GOOD = frozenset({"Complete", "Completed", "Succeeded"})
_BAD = frozenset({"Failed", "Error"})


class End(StrEnum):
    """How an object ended."""

    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    UNSEEN = "Unseen"
    """The cluster deleted it, as its spec asks, and nobody saw how it ended."""


def end_of(source: Mapping[str, Any]) -> str:
    """How an object ended by itself, by its status; empty while it runs, or when somebody deletes it."""
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
    """A Pod that is to run for ever does not end by itself, nor does an evicted one: that has a reason."""
    if text(source, "spec", "restartPolicy") not in {"Never", "OnFailure"} or text(source, "status", "reason"):
        return ""
    phase = text(source, "status", "phase")
    return phase if phase in {End.SUCCEEDED, End.FAILED} else ""


def cleaned_up(body: Mapping[str, Any]) -> bool:
    """Whether the spec asks the cluster to delete the object after its end."""
    return any(value(mapping(body, "spec"), field) is not None for field in _CLEANED_UP)


def is_over(item: DesiredObject, entry: ManagedObject, observed: InformerSet) -> str:
    """How a missing object ended under this manifest; empty if it is to be recreated."""
    if not is_of_text(entry, item.all_digests):
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
    """The inventory with how objects ended, as far as watches and manifests show.

    Args:
        known: Returns the kind of an entry, if it is in the observed cluster.
        wanted: The desired objects; without them only what was seen is noted.
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
    """The inventory with objects that ended under the same manifest with another owner: something was renamed.

    Args:
        others: Other inventories' entries of an object that they applied from the same manifest.
    """
    changed: dict[Key, ManagedObject] = {}
    for key, item in wanted.items():
        if not _may_end(item) or observed.get(item.kind, item.ref.namespace, item.ref.name):
            continue
        own = inventory.entries.get(key)
        own = own if own and is_of_text(own, item.all_digests) else None
        if own is None or not own.ended:
            found = (_end_elsewhere(entry, own, item, observed) for entry in others(item))
            changed.update((key, entry) for entry in found if entry)
    return Inventory({**inventory.entries, **changed}) if changed else inventory


def _end_elsewhere(
    entry: ManagedObject, own: ManagedObject | None, item: DesiredObject, observed: InformerSet
) -> ManagedObject | None:
    """Another's entry with its end; an end that nobody saw does not override what this owner has seen itself."""
    ended = ended_of(entry, item.kind, observed, None if own else item)
    return msgspec.structs.replace(entry, ended=ended) if ended else None


def _may_end(item: DesiredObject) -> bool:
    return (item.ref.group, item.ref.kind) in _RUN_ONCE or cleaned_up(item.body)


def ended_of(entry: ManagedObject, kind: Kind, observed: InformerSet, item: DesiredObject | None = None) -> str:
    """How an object ended, as far as known; empty while it runs.

    Args:
        item: Its desired object, if known.
    """
    found = observed.look(kind, entry.namespace, entry.name)
    if found.sight is not Sight.SEEN:
        return entry.ended  # what is not seen is not deleted
    live = found.state
    if live is not None:
        return live.ended if live.uid == entry.uid else entry.ended
    if item is not None:
        return is_over(item, entry, observed)
    seen = observed.end(kind, entry.uid)
    return entry.ended if seen is None else seen


def health_after(ended: str) -> Health:
    """The health of an object that ended and was deleted."""
    match ended:
        case End.SUCCEEDED:
            return CURRENT
        case End.FAILED:
            return Health(Status.FAILED, "it failed, and was cleaned up since")
    return Health(Status.UNKNOWN, "it was cleaned up while nobody saw how it ended: change its text to run it again")
