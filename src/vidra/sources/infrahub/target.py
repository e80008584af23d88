"""The object of Infrahub that an artifact is for: what a query says of it, and whether a sync wants it: pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import UNSET, UnsetType

from vidra.api.sources.infrahub import ArtifactTargets

HFID_SEPARATOR = "__"
"""Between the parts of a human-friendly id where Infrahub writes it as one word."""


class Group(msgspec.Struct):
    """A group that an object is a member of."""

    id: str | None = None
    display_label: str | None = None


class Target(msgspec.Struct):
    """The object, as far as the query selects it."""

    id: str | None = None
    display_label: str | None = None
    hfid: list[str] | None = None
    kind: str | None = msgspec.field(default=None, name="__typename")
    groups: Members | UnsetType | None = msgspec.field(default=UNSET, name="member_of_groups")

    @property
    def names(self) -> tuple[str, ...]:
        """What people call it, and its id; what is shown comes first."""
        friendly = HFID_SEPARATOR.join(self.hfid) if self.hfid else None
        return tuple(dict.fromkeys(name for name in (self.display_label, friendly, self.id) if name))

    @property
    def group_names(self) -> tuple[str, ...]:
        """Names and ids of its groups."""
        if not isinstance(self.groups, Members):
            return ()
        nodes = [edge.node for edge in self.groups.edges if edge.node]
        return tuple(name for node in nodes for name in (node.display_label, node.id) if name)


class Member(msgspec.Struct):
    """Its place in the list."""

    node: Group | None = None


class Members(msgspec.Struct):
    """The groups of an object."""

    edges: list[Member]


class Relation(msgspec.Struct):
    """The relationship of an artifact to its object."""

    node: Target | None = None


def fits(wanted: ArtifactTargets, target: Target) -> bool:
    """Whether an object is one of those that a sync names: it fits every list that is given."""
    had = _of(target)
    return all(not entries or not set(entries).isdisjoint(had[word]) for word, entries in _wanted(wanted).items())


def unmatched(wanted: ArtifactTargets, targets: Iterable[Target]) -> tuple[str, ...]:
    """Words of a sync that no object has, with what they are: more often a misspelling than meant."""
    had: set[tuple[str, str]] = set()
    for target in targets:
        had.update((word, entry) for word, entries in _of(target).items() for entry in entries)
    return tuple(
        f'{word} "{entry}"'
        for word, entries in _wanted(wanted).items()
        for entry in entries
        if (word, entry) not in had
    )


def _wanted(wanted: ArtifactTargets) -> dict[str, tuple[str, ...]]:
    return {"name": wanted.names, "id": wanted.ids, "kind": wanted.kinds, "group": wanted.groups}


def _of(target: Target) -> dict[str, tuple[str, ...]]:
    return {
        "name": target.names,
        "id": (target.id or "",),
        "kind": (target.kind or "",),
        "group": target.group_names,
    }
