"""Who gets a field that several owners want with different values: pure.

Fail, or a priority that is not higher     the holder keeps it
Force with a priority above all holders'   this owner takes it
a holder that is not known here            keeps it: two Vidras never use force against each other
a holder that is about to be deleted       loses it: its replacement must be applied first
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

import msgspec

from vidra.api.names import MANAGER_PREFIX
from vidra.api.policies import ConflictPolicy, Policies
from vidra.common.text import limited
from vidra.kube.errors import ApiError

NAMED = 3
"""Owners, and fields of each, that a message names."""

_BLAMED = re.compile(r'conflict with "((?:[^"\\]|\\.)*)"')
"""The API server's words for the cause of a conflict."""


class Peer(msgspec.Struct, frozen=True):
    """Another VidraResource of this Vidra."""

    name: str
    priority: int
    terminating: bool = False
    """It will be deleted as soon as others own its objects."""
    unwanted: frozenset[str] = frozenset()
    """Objects that it releases as soon as others own them."""

    def yields(self, ref: str) -> bool:
        """Whether it gives up its fields of an object to any other owner."""
        return self.terminating or ref in self.unwanted


ConflictPeers = Callable[[str], Peer | None]
"""Returns the VidraResource behind a field manager; None when there is none, or none of this Vidra."""


def nobody(_: str) -> Peer | None:
    """No VidraResource is known."""
    return None


class FieldConflict(msgspec.Struct, frozen=True):
    """The fields that others hold with another value."""

    owners: Mapping[str, tuple[str, ...]]
    """By field manager of another owner."""
    strangers: bool
    """A manager that is no owner holds some too."""

    def among(self, managers: Collection[str]) -> FieldConflict:
        """The same with these managers as the only owners: the others hold their fields as anybody does."""
        owners = {name: fields for name, fields in self.owners.items() if name in managers}
        return FieldConflict(owners, self.strangers or len(owners) < len(self.owners))


def contest(error: ApiError, manager: str) -> FieldConflict:
    """Parse a conflict; it names no other owner if it is no field conflict.

    The API server names the managers in any order. They are sorted, so that the same conflict gives the same message.

    Args:
        manager: The field manager that applied.
    """
    owners: dict[str, tuple[str, ...]] = {}
    strangers = False
    for cause in error.causes if error.code == 409 else ():
        blamed = _BLAMED.search(cause.message)
        if blamed and blamed[1].startswith(MANAGER_PREFIX) and blamed[1] != manager:
            owners[blamed[1]] = (*owners.get(blamed[1], ()), cause.field)
        else:
            strangers = True
    return FieldConflict(dict(sorted(owners.items())), strangers)


def why_not(found: FieldConflict, policies: Policies, conflict_peers: ConflictPeers, ref: str = "") -> str:
    """Why the fields of an object may not be taken, and what to do about it; empty when they may."""
    if not found.owners:
        return ""
    all_of_them = {manager: conflict_peers(manager) for manager in found.owners}
    known = {manager: peer for manager, peer in all_of_them.items() if not (peer and peer.yields(ref))}
    if not known:
        return ""
    highest = max((peer.priority for peer in known.values() if peer), default=0)
    held = _held(found, known)
    if None in known.values():
        return f"{held}; no priority takes a field from there: let one of the two give it up"
    if policies.conflict_policy is not ConflictPolicy.FORCE:
        return f"{held}; let one of the two give it up, or take it with conflictPolicy Force and a priority > {highest}"
    if policies.priority <= highest:
        return f"{held}, which this one's {policies.priority} does not exceed; let one give it up, or change a priority"
    return ""


def _held(found: FieldConflict, known: Mapping[str, Peer | None]) -> str:
    parts = []
    for manager, fields in [(manager, found.owners[manager]) for manager in known][:NAMED]:
        parts.append(f"{_owner(manager, known[manager])} has {limited(fields, NAMED)} with another value")
    rest = len(known) - len(parts)
    return "; ".join(parts) + (f"; so have {rest} more owners" if rest else "") + _priority(known)


def _priority(known: Mapping[str, Peer | None]) -> str:
    priorities = [peer.priority for peer in known.values() if peer]
    return f" and priority {max(priorities)}" if priorities and None not in known.values() else ""


def _owner(manager: str, peer: Peer | None) -> str:
    return f"VidraResource {peer.name}" if peer else f"{manager}, which is no VidraResource of this Vidra,"
