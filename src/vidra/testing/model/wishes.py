"""What should be in the cluster, by what was told to Infrahub and to the syncs: pure."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from vidra.controllers.sync.names import resource_name
from vidra.manifests.write import write

Json = dict[str, Any]

NAMES = ("c0", "c1", "c2", "c3", "c4", "c5", "s0", "s1", "n0")
"""Objects that artifacts may have: ConfigMaps, Secrets, a Namespace."""
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

    def key(self, name: str, namespace: str) -> Key:
        """The object that a name means in a destination."""
        if name[0] == "n":
            return Key("Namespace", "", f"{self.prefix}-{name}")
        return Key("ConfigMap" if name[0] == "c" else "Secret", namespace, name)

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
        """Around a change after which others want, in the same sync, what some wanted before: they inherit it."""
        before = dict(self.uids)
        yield
        for key, (uid, _) in before.items():
            if key not in self.uids and (heirs := self.wishers(key)):
                self.uids[key] = (uid, heirs)

    def _object(self, name: str) -> Json:
        key = self.key(name, "")
        body: Json = {"apiVersion": "v1", "kind": key.kind, "metadata": {"name": key.name}}
        if key.kind == "Namespace":
            body["metadata"]["labels"] = {"value": self._value(name)}
        elif key.kind == "Secret":
            body["data"] = {"value": base64.b64encode(self._value(name).encode()).decode(), "same": "c2FtZQ=="}
        else:
            body["data"] = {"value": self._value(name), "same": "same"}
        return body

    def _value(self, name: str) -> str:
        return f"{name}-v{self.versions[name]}"
