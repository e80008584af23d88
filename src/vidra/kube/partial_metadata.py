"""What Vidra reads of a live object: its metadata, never the whole."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from vidra.api.meta import OwnerReference

METADATA_ONLY = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
LONGEST_NAME = 1_024
"""Characters of a name or UID; API servers accept 253."""
ANNOTATIONS = 256 << 10
"""Characters of all annotations of an object that API servers accept; of its labels there are never as many."""
MOST_ENTRIES = 10_000
"""Labels, annotations, finalizers, owners or field managers of one object."""
METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"


def _size(texts: dict[str, str]) -> int:
    return sum(map(len, texts)) + sum(map(len, texts.values()))


class ManagedFieldsEntry(msgspec.Struct, frozen=True, rename="camel"):
    """One entry of managedFields."""

    manager: str = ""
    operation: str = ""
    subresource: str = ""
    time: str = ""
    fields: msgspec.Raw = msgspec.field(default=msgspec.Raw(b""), name="fieldsV1")
    api_version: str = ""

    @property
    def digest(self) -> str:
        """Changes as soon as the manager holds other fields than before, whatever else changes."""
        return hashlib.blake2b(self.fields, digest_size=6).hexdigest()

    @property
    def written(self) -> int:
        """When the manager last changed a value of the object, in whole seconds since 1970; 0 if it is not recorded."""
        try:
            return int(datetime.fromisoformat(self.time).timestamp())
        except (ValueError, OverflowError, OSError):
            return 0


class LiveMeta(msgspec.Struct, frozen=True, rename="camel"):
    """ObjectMeta of a live object.

    Raises:
        ValueError: No API server accepts such an object.
    """

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    finalizers: tuple[str, ...] = ()
    owner_references: tuple[OwnerReference, ...] = ()
    managed_fields: tuple[ManagedFieldsEntry, ...] = ()

    def __post_init__(self) -> None:
        labels, notes = self.labels or {}, self.annotations or {}
        if max(len(self.name), len(self.namespace), len(self.uid), len(self.resource_version)) > LONGEST_NAME:
            raise ValueError("a name or UID is longer than any API server accepts")
        entries = (labels, notes, self.finalizers, self.owner_references, self.managed_fields)
        if max(map(len, entries)) > MOST_ENTRIES or max(_size(labels), _size(notes)) > ANNOTATIONS:
            raise ValueError("it has more metadata than any API server accepts")


class LiveObject(msgspec.Struct, frozen=True):
    """A live object of any kind."""

    metadata: LiveMeta = LiveMeta()


class ObjectForHealth(LiveObject, frozen=True):
    """A live object with the fields that its health depends on. It is evaluated and dropped; nothing keeps one."""

    spec: Any = None
    status: Any = None

    def source(self, api_version: str, kind: str) -> dict[str, Any]:
        """The object for health rules: without managedFields, and without fields that no rule can use.

        The items of a metadata list contain neither apiVersion nor kind.
        """
        meta = self.metadata
        metadata = {
            "name": meta.name,
            "namespace": meta.namespace,
            "generation": meta.generation or None,
            "creationTimestamp": meta.creation_timestamp,
            "deletionTimestamp": meta.deletion_timestamp,
            "labels": meta.labels,
            "annotations": meta.annotations,
            "finalizers": meta.finalizers,
        }
        told = {key: value for key, value in metadata.items() if value}
        return {
            "apiVersion": api_version,
            "kind": kind,
            "metadata": told,
            "spec": self.spec,
            "status": self.status,
        }


class ListMeta(msgspec.Struct, frozen=True, rename="camel"):
    """metav1.ListMeta."""

    resource_version: str = ""
    continue_: str = msgspec.field(default="", name="continue")


class LiveList(msgspec.Struct, frozen=True):
    """Live objects of one kind."""

    metadata: ListMeta
    items: tuple[LiveObject, ...] | None = None
    """null in an empty list of metadata."""
