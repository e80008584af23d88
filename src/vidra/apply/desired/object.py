"""The desired object: in its final namespace, with its owner's marks, without fields that only a server sets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from vidra.api.drift import IgnoreDifference
from vidra.api.names import FORMER_LABEL, FORMER_VALUE
from vidra.apply.controller_fields import unfilled
from vidra.apply.desired.digest import Digests
from vidra.apply.desired.ignore_differences import left, pointers_for, respecting
from vidra.apply.desired.normalize import plain
from vidra.apply.desired.order import wave_of
from vidra.apply.earlier_writers import fields_of
from vidra.apply.field_owner import Owner
from vidra.apply.field_sets import taken_from
from vidra.apply.managed_fields import Path
from vidra.kube.discovery import Kind
from vidra.manifests import ManifestObject, Ref

SERVER_SET = frozenset(
    {"managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "selfLink", "deletionTimestamp"}
)
"""Metadata that an exported object may contain and that an apply must not."""


REPLICAS = "/spec/replicas"
"""The field that an autoscaler sets on every scalable kind."""


class Key(NamedTuple):
    """The identity of an object; the API version is not part of it."""

    server: str
    group: str
    kind: str
    namespace: str
    name: str

    @classmethod
    def of(cls, server: str, ref: Ref) -> Key:
        """The key of an object in a cluster."""
        return cls(server, ref.group, ref.kind, ref.namespace, ref.name)


class DesiredObject(msgspec.Struct, frozen=True):
    """One object that should be in the cluster."""

    server: str
    ref: Ref
    kind: Kind
    body: dict[str, Any]
    digest: str
    """Of the manifest's body, with the owner's marks; tells whether the manifest changed."""
    formers: tuple[str, ...] = ()
    """The same as earlier versions noted it."""
    given: dict[str, Any] = {}
    """The manifest's metadata, without marks."""
    ignored: tuple[str, ...] = ()
    """JSON pointers of fields that others may set."""
    wave: int = 0
    """Objects of a higher wave wait until those of lower waves are healthy."""
    version: str = ""
    """Version of the live object that the body was made for; empty: for none."""
    gives_up: tuple[Path, ...] = ()
    """Fields in the body that the manifest no longer has: they stay, and the owner releases them."""

    @property
    def key(self) -> Key:
        """Its identity."""
        return Key.of(self.server, self.ref)

    @property
    def path(self) -> str:
        """Its path at the API server."""
        return self.kind.path(self.ref.namespace, self.ref.name)

    @property
    def unscaled(self) -> bool:
        """Whether the manifest leaves the number of replicas to others."""
        spec = self.body.get("spec")
        return self.kind.scalable and isinstance(spec, dict) and spec.get("replicas") is None

    def payload(self, uid: str = "", version: str = "") -> bytes:
        """The body as JSON; with a UID it can change only that object, with a version only that state."""
        exact = {key: value for key, value in (("uid", uid), ("resourceVersion", version or self.version)) if value}
        if not exact:
            return msgspec.json.encode(self.body)
        return msgspec.json.encode({**self.body, "metadata": {**self.body["metadata"], **exact}})

    @property
    def all_digests(self) -> tuple[str, ...]:
        """Every digest by which an inventory may note this text."""
        return (self.digest, *self.formers)

    def digests_for(self, other: Owner, digests: Digests) -> tuple[str, ...]:
        """The same if another owner had the same manifest."""
        text = _text({**self.body, "metadata": self.given}, other, self.ignored)
        return (digests.of(text), *digests.formers(text, other.name))

    def beside(self, live: dict[str, Any], owner: Owner) -> DesiredObject:
        """The object to send when it exists: fields that others may set are left as they are."""
        pointers = (*self.ignored, REPLICAS) if self.unscaled else self.ignored
        version = live["metadata"]["resourceVersion"]
        gives_up = tuple(field.path for field in left(self.body, live, pointers, owner.manager))
        body = _marked(respecting(self.body, live, pointers, owner.manager), owner)
        return msgspec.structs.replace(self, body=body, version=version, gives_up=gives_up)

    def as_stored(self, after: dict[str, Any], manager: str) -> DesiredObject:
        """The same with values as the API server stores them.

        Args:
            after: The result of a dry-run apply of this under the manager, with managedFields.
        """
        mine = fields_of(after["metadata"].get("managedFields") or (), manager)
        stored = taken_from(after, mine) if mine else {}
        named = {key: self.body["metadata"][key] for key in ("name", "namespace") if key in self.body["metadata"]}
        identity = {key: self.body[key] for key in ("apiVersion", "kind")}
        body = {**stored, **identity, "metadata": {**stored.get("metadata", {}), **named}}
        return msgspec.structs.replace(self, body=body)


def build_desired_object(
    item: ManifestObject,
    kind: Kind,
    server: str,
    fallback_namespace: str,
    owner: Owner,
    *,
    digests: Digests,
    ignore: Iterable[IgnoreDifference] = (),
) -> DesiredObject:
    """The desired object for an object of a manifest.

    A cluster-scoped object loses a namespace that the manifest sets; a namespaced one without gets the default
    namespace.

    Raises:
        ValueError: One of its annotations cannot be read.
    """
    namespace = (item.ref.namespace or fallback_namespace) if kind.namespaced else ""
    given = item.body.get("metadata") or {}
    metadata = {key: value for key, value in given.items() if key not in SERVER_SET and key != "namespace"}
    if namespace:
        metadata["namespace"] = namespace
    told = {**unfilled(plain(item.body, item.ref), item.ref), "metadata": metadata}
    body = _marked(told, owner)
    ref = msgspec.structs.replace(item.ref, namespace=namespace)
    ignored = pointers_for(ref, ignore, item.body)
    text = _text(told, owner, ignored)
    wave = wave_of(given.get("annotations") or {})
    formers = digests.formers(text, owner.name)
    return DesiredObject(server, ref, kind, body, digests.of(text), formers, metadata, ignored, wave)


def _text(told: dict[str, Any], owner: Owner, ignored: Iterable[str]) -> bytes:
    """What the digest is of."""
    return msgspec.json.encode(_as_before(told, owner)) + "\0".join(ignored).encode()


def _marked(body: dict[str, Any], owner: Owner) -> dict[str, Any]:
    return _with_marks(body, owner.labels, owner)


def _as_before(body: dict[str, Any], owner: Owner) -> dict[str, Any]:
    """The body with the label of earlier versions: an upgrade must not change the digest of the same manifest."""
    given = (body["metadata"].get("labels") or {}).get(FORMER_LABEL, FORMER_VALUE)
    return _with_marks(body, {FORMER_LABEL: given}, owner)


def _with_marks(body: dict[str, Any], marks: dict[str, str], owner: Owner) -> dict[str, Any]:
    metadata = body.get("metadata") or {}
    labels = {**(metadata.get("labels") or {}), **marks}
    annotations = {**(metadata.get("annotations") or {}), **owner.annotations}
    return {**body, "metadata": {**metadata, "labels": labels, "annotations": annotations}}
