"""What stays of a live object that Vidra manages: a few digests and its health, never the object."""

from __future__ import annotations

import sys
from typing import Protocol

import msgspec

from vidra.api.health import Health
from vidra.api.names import MANAGED_LABEL, MANAGED_VALUE, MANAGER_PREFIX, PRUNE
from vidra.kube.discovery import Kind
from vidra.kube.live import LiveBody, LiveMeta
from vidra.kube.store import version_number

SELECTOR = f"{MANAGED_LABEL}={MANAGED_VALUE}"


class Seen(msgspec.Struct, frozen=True, gc=False):
    """What stays of a live object."""

    uid: str
    version: int
    holders: tuple[tuple[str, str], ...]
    """Each owner's field manager, with the digest of the fields it holds."""
    terminating: bool = False
    shared: bool = False
    """Somebody who is no owner holds fields of it too."""
    kept: bool = False
    """It says that it stays when it is no longer wanted."""
    health: Health | None = None
    """None until the watch has shown this version of it."""

    def digest(self, manager: str) -> str:
        """Digest of what this manager holds; empty if nothing."""
        return next((digest for name, digest in self.holders if name == manager), "")


def seen(meta: LiveMeta, health: Health | None = None) -> Seen:
    """What to keep of an object."""
    holders = tuple(
        (sys.intern(entry.manager), entry.digest)
        for entry in meta.managed_fields
        if entry.operation == "Apply" and entry.manager.startswith(MANAGER_PREFIX) and not entry.subresource
    )
    shared = any(
        not entry.manager.startswith(MANAGER_PREFIX) and not entry.subresource for entry in meta.managed_fields
    )
    terminating = meta.deletion_timestamp is not None
    kept = (meta.annotations or {}).get(PRUNE) == "disabled"
    return Seen(meta.uid, version_number(meta.resource_version), holders, terminating, shared, kept, health)


class Judge(Protocol):
    """Tells how objects are."""

    def needs_body(self, kind: Kind) -> bool:
        """Whether more than its metadata is needed to tell how an object of this kind is."""
        ...

    def health(self, kind: Kind, item: LiveBody) -> Health:
        """How an object is."""
        ...


def is_drift(old: Seen | None, new: Seen | None) -> bool:
    """Whether somebody may have changed what owners hold of an object, or the object is another, or on its way out."""
    if old is None or new is None:
        return old is not new
    return (old.uid, old.holders, old.terminating) != (new.uid, new.holders, new.terminating)
