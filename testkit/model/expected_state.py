"""What should be in the cluster, by what was told to Infrahub and to the syncs: pure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from testkit.model.kinds import BY_LETTER, NEW, NUMBERS, OLD
from vidra.controllers.sync.artifacts.names import resource_name
from vidra.manifests.write import write

Json = dict[str, Any]

NAMES = ("c0", "c1", "c2", "c3", "c4", "s0", "s1", "n0", "q0", "l0", "g0", "g1")
"""Objects that artifacts may have; the letter tells the kind."""
BROKEN = "---\nkind: [broken\n"


class Key(msgspec.Struct, frozen=True, order=True):
    """Which object."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}".replace(" /", " ")


class Artifact(msgspec.Struct):
    """An artifact in Infrahub."""

    id: str
    names: frozenset[str]
    broken: bool = False


class Wish(msgspec.Struct, frozen=True):
    """What one VidraResource should have."""

    values: dict[Key, str]
    broken: bool
    suspended: bool = False


class Sync(msgspec.Struct):
    """A sync, and what Infrahub has for it."""

    name: str
    label: str
    """Name of its artifacts in Infrahub."""
    namespace: str
    interval: str
    on_events: bool
    artifacts: dict[str, Artifact] = {}
    adopts: bool = False
    """It takes over what strangers made (`adoption: IfUnowned`)."""
    waits: bool = False
    """It is Ready only when its objects are healthy (`wait`)."""
    acts_as_account: bool = False
    """It applies as a ServiceAccount, whose rights may be taken away."""
    suspended: bool = False
    known: dict[str, Wish] = {}
    """By VidraResource: what the last answer of Infrahub said, from when all was settled."""


class Wishes:
    """The model of one story.

    Attributes:
        left: By VidraResource, what it may still have although it is not wanted: it was wanted since all was settled.
        strangers: Objects that a person made, with UID and data.
        undeletable: Objects whose deletion the API server refuses.
        disturbed: Objects that a person touched since all was settled; whoever is suspended leaves them so.
        uids: The objects that must stay the same ones, for the VidraResources that wanted them all the time.
        scaled: Replicas that somebody asked for through the subresource, with the UID of the object.
        may_keep: Objects that may have fields of earlier writers: they were adopted, or their managedFields emptied.
        adopters: Names of all syncs that ever could adopt.
        unlisted: Somebody who deletes Namespaces could not list what is in them, so that they may be left in place.
        api_version: Of Gadgets in artifacts.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.namespaces = (f"{prefix}-a", f"{prefix}-b")
        self.syncs: dict[str, Sync] = {}
        self.versions = dict.fromkeys(NAMES, 1)
        self.left: dict[str, set[Key]] = {}
        self.strangers: dict[Key, tuple[str, dict[str, str]]] = {}
        self.undeletable: set[Key] = set()
        self.disturbed: set[Key] = set()
        self.uids: dict[Key, tuple[str, frozenset[str]]] = {}
        self.scaled: dict[Key, tuple[str, int]] = {}
        self.may_keep: set[Key] = set()
        self.adopters: set[str] = set()
        self.unlisted = False
        self.api_version = NEW

    def key(self, name: str, namespace: str) -> Key:
        """The object that a name means in a destination."""
        kind = BY_LETTER[name[0]].name
        return Key(kind, "", f"{self.prefix}-{name}") if kind == "Namespace" else Key(kind, namespace, name)

    def other_version(self) -> str:
        """The API version that Gadgets in artifacts do not have now."""
        return OLD if self.api_version == NEW else NEW

    def adoptable(self, key: Key) -> bool:
        """Whether a stranger's object may be taken over, or may have been, since all was settled."""
        told = [wishes for sync in self.syncs.values() if sync.adopts for wishes in (sync.known, self.told(sync))]
        now = any(key in wish.values for wishes in told for wish in wishes.values())
        return now or any(key in left and sync_of(name) in self.adopters for name, left in self.left.items())

    def text(self, artifact: Artifact) -> str:
        """The text of an artifact."""
        documents = [self._object(name) for name in sorted(artifact.names)]
        return (write(documents) if documents else "# nothing\n") + (BROKEN if artifact.broken else "")

    def told(self, sync: Sync) -> dict[str, Wish]:
        """What Infrahub says now."""
        return {
            resource_name(sync.name, artifact.id): Wish(
                {self.key(name, sync.namespace): self._value(name) for name in artifact.names},
                artifact.broken,
                sync.suspended,
            )
            for artifact in sync.artifacts.values()
        }

    def known(self) -> dict[str, Wish]:
        """What Vidra should know, of all syncs."""
        return {
            name: msgspec.structs.replace(wish, suspended=sync.suspended)
            for sync in self.syncs.values()
            for name, wish in sync.known.items()
        }

    def wishers(self, key: Key) -> frozenset[str]:
        """The VidraResources that should have an object by what Infrahub says now."""
        told = [self.told(sync) for sync in self.syncs.values()]
        return frozenset(name for wishes in told for name, wish in wishes.items() if key in wish.values)

    def concerned(self, name: str) -> set[str]:
        """The VidraResources that have an object of this name, had it, or will have it."""
        keys = {self.key(name, namespace) for namespace in self.namespaces}
        found = {holder for holder, left in self.left.items() if keys & left}
        found |= {holder for holder, wish in self.known().items() if keys & wish.values.keys()}
        return found.union(*(self.wishers(key) for key in keys))

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Around every change of a wish: what was wanted is left over, and what nobody goes on wanting may end."""
        for sync in self.syncs.values():
            for wishes in (sync.known, self.told(sync)):
                for name, wish in wishes.items():
                    self.left.setdefault(name, set()).update(wish.values)
        yield
        for key, (uid, holders) in list(self.uids.items()):
            if stay := holders & self.wishers(key):
                self.uids[key] = (uid, stay)
            else:
                del self.uids[key]

    @contextmanager
    def replacing(self) -> Iterator[None]:
        """Around a change after which others want, in the same sync, what some wanted before: they inherit it.

        Not so those of other syncs that want it too: they may never have come to apply it.
        """
        before = dict(self.uids)
        yield
        for key, (uid, holders) in before.items():
            syncs = {sync_of(name) for name in holders}
            successors = frozenset(name for name in self.wishers(key) if sync_of(name) in syncs)
            if key not in self.uids and successors:
                self.uids[key] = (uid, successors)

    def has_spare_field(self, key: Key) -> bool:
        """Whether the text of a ConfigMap or Secret has a field that the text before and after it has not."""
        return key.kind == "ConfigMap" and self.versions[key.name] % 2 == 0

    def _object(self, name: str) -> Json:
        kind, key = BY_LETTER[name[0]], self.key(name, "")
        version = self.api_version if kind.name == "Gadget" else kind.api_version
        body = kind.body(self._value(name))
        if self.has_spare_field(key):
            body["data"]["extra"] = "only in every other version"
        return {
            "apiVersion": version,
            "kind": kind.name,
            **body,
            "metadata": {"name": key.name, **body.get("metadata", {})},
        }

    def _value(self, name: str) -> str:
        version = self.versions[name]
        return str(version) if BY_LETTER[name[0]].name in NUMBERS else f"{name}-v{version}"


def sync_of(resource: str) -> str:
    """The name of the sync of a VidraResource: `<prefix>-s<number>-<artifact>`."""
    return "-".join(resource.split("-")[:2])
