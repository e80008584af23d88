"""An object as Vidra will send it: in its final namespace, with its owner's marks, without what only a server sets."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import msgspec

from vidra.apply.owner import Owner
from vidra.apply.plain import plain
from vidra.kube.discovery import Kind
from vidra.manifests import ManifestObject, Ref

SERVER_SET = frozenset(
    {"managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "selfLink", "deletionTimestamp"}
)
"""Metadata that an exported object still carries and that an apply must not."""


class Key(NamedTuple):
    """What makes two objects the same one: the version of the API does not."""

    server: str
    group: str
    kind: str
    namespace: str
    name: str

    @classmethod
    def of(cls, server: str, ref: Ref) -> Key:
        """The key of an object in a cluster."""
        return cls(server, ref.group, ref.kind, ref.namespace, ref.name)


class Desired(msgspec.Struct, frozen=True):
    """One object that should be in the cluster."""

    server: str
    ref: Ref
    kind: Kind
    body: dict[str, Any]
    digest: str
    """Of the body as sent; tells whether the text changed."""

    @property
    def key(self) -> Key:
        """Its identity."""
        return Key.of(self.server, self.ref)

    @property
    def path(self) -> str:
        """Its path at the API server."""
        return self.kind.path(self.ref.namespace, self.ref.name)

    def payload(self, uid: str = "", version: str = "") -> bytes:
        """The body as JSON; with a UID it can change only that very object, with a version only that very state."""
        exact = {key: value for key, value in (("uid", uid), ("resourceVersion", version)) if value}
        if not exact:
            return msgspec.json.encode(self.body)
        return msgspec.json.encode({**self.body, "metadata": {**self.body["metadata"], **exact}})


def desire(item: ManifestObject, kind: Kind, server: str, fallback_namespace: str, owner: Owner) -> Desired:
    """What an object of a manifest means in a cluster.

    A cluster-scoped object loses a namespace that was written on it; a namespaced one without gets the fallback.
    """
    namespace = (item.ref.namespace or fallback_namespace) if kind.namespaced else ""
    given = item.body.get("metadata") or {}
    metadata = {key: value for key, value in given.items() if key not in SERVER_SET and key != "namespace"}
    if namespace:
        metadata["namespace"] = namespace
    metadata["labels"] = {**(given.get("labels") or {}), **owner.labels}
    metadata["annotations"] = {**(given.get("annotations") or {}), **owner.annotations}
    body = {**plain(item.body, item.ref), "metadata": metadata}
    digest = hashlib.blake2b(msgspec.json.encode(body), digest_size=6).hexdigest()
    return Desired(server, msgspec.structs.replace(item.ref, namespace=namespace), kind, body, digest)
