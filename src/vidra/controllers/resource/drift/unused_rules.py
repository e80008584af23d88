"""Finds rules of `ignoreDifferences` that have no effect, because their pointer leads to no field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from vidra.api.drift import IgnoreDifference
from vidra.api.resource import VidraResource
from vidra.apply.desired.ignore_differences import as_sent, means, there
from vidra.apply.desired.object import DesiredObject
from vidra.apply.field_owner import Owner
from vidra.apply.inventory import ref_of
from vidra.clusters.cluster import Cluster
from vidra.common.text import limited
from vidra.controllers.resource.apply.desired_state import DesiredState
from vidra.controllers.resource.checksum import checksum_of
from vidra.controllers.resource.cluster import Target
from vidra.kube.errors import ApiError

LOOKED_AT = 10
"""Objects of the cluster that are read for one pointer."""

Siblings = Callable[[VidraResource], Sequence[VidraResource]]
"""The other VidraResources of its sync, which have the same rules."""


class UnusedRule(msgspec.Struct, frozen=True):
    """A pointer that leads to no field in the objects of a manifest."""

    rule: IgnoreDifference
    pointer: str
    objects: tuple[DesiredObject, ...]
    """Objects that the rule selects."""
    mark: bool = False
    """It leads to a field that Vidra itself sets on every object."""


class UnusedRules:
    """Checks the rules once for each manifest of one VidraResource.

    Invariant: a rule without effect is reported, because its author relies on it. While a part of the manifest cannot
    be read or applied, nothing is reported.
    """

    def __init__(self) -> None:
        self._of: object = None
        """The manifest and the rules for which it was reported."""
        self._said: tuple[str, ...] = ()

    async def said(self, target: Target, want: DesiredState, siblings: Siblings) -> tuple[str, ...]:
        """The remarks about the rules of a VidraResource whose objects are applied.

        Raises:
            UnreachableError: The cluster does not answer.
        """
        resource = target.resource
        rules = resource.spec.ignore_differences
        state = (checksum_of(resource), rules)
        if not rules or want.problems:
            return ()
        if self._of != state:
            others = siblings(resource)
            found = unused(rules, want.objects.values(), target.owner)
            meant = [item for item in found if _concerns(resource, others, item)]
            said = [_told(item) for item in meant if item.mark or not await _somewhere(item, target.cluster)]
            self._of, self._said = state, tuple(said)
        return self._said


def _concerns(resource: VidraResource, others: Sequence[VidraResource], item: UnusedRule) -> bool:
    """Whether no other VidraResource of the sync can be the one that a rule is meant for.

    All VidraResources of a sync have the sync's rules, and each rule is for some of their objects.
    """
    target = item.rule.target
    if not others or (item.objects and (target.kind or target.name)):
        return True
    if item.objects or resource.metadata.name > min(other.metadata.name for other in others):
        return False
    entries = (entry for other in others for entry in other.inventory)
    applied = all(other.status.applied_checksum for other in others)
    return applied and not any(means(item.rule, ref_of(entry)) for entry in entries)


def unused(rules: Iterable[IgnoreDifference], objects: Iterable[DesiredObject], owner: Owner) -> list[UnusedRule]:
    """The pointers of rules that lead to no field in a manifest, or only to one that Vidra itself writes: pure."""
    everything = list(objects)
    found: list[UnusedRule] = []
    for rule in rules:
        meant = tuple(item for item in everything if means(rule, item.ref))
        for pointer in rule.json_pointers:
            mark = _is_mark(pointer, owner)
            if mark or not any(_leads(pointer, item) for item in meant):
                found.append(UnusedRule(rule, pointer, meant, mark))
    return found


def _leads(pointer: str, item: DesiredObject) -> bool:
    return any(there(item.body, sent) for sent in as_sent(pointer, item.ref, item.body))


def _is_mark(pointer: str, owner: Owner) -> bool:
    marks = {"labels": owner.labels, "annotations": owner.annotations}
    return pointer in {f"/metadata/{part}/{key.replace('/', '~1')}" for part, keys in marks.items() for key in keys}


async def _somewhere(item: UnusedRule, cluster: Cluster) -> bool:
    """Whether an object in the cluster has the field, for example because the server or another manager set it."""
    for wanted in item.objects[:LOOKED_AT]:
        try:
            live = await cluster.client.get(wanted.path, dict[str, Any])
        except ApiError as error:
            if not error.absent:
                return True  # the objects cannot be read
            continue
        if any(there(live, sent) for sent in as_sent(item.pointer, wanted.ref, wanted.body)):
            return True
    return len(item.objects) > LOOKED_AT


def _told(item: UnusedRule) -> str:
    if not item.objects:
        return f"ignoreDifferences: the rule for {item.pointer} means no object: look at its target ({_target(item)})"
    if item.mark:
        return f"ignoreDifferences: {item.pointer} has no effect: Vidra sets it on every object that it has"
    objects = limited([found.ref for found in item.objects], 1)
    return f"ignoreDifferences: {item.pointer} has no effect: there is no such field to leave alone in {objects}"


def _target(item: UnusedRule) -> str:
    fields = msgspec.to_builtins(item.rule.target)
    return ", ".join(f"{name} {value or 'empty'}" for name, value in fields.items()) or "any object"
