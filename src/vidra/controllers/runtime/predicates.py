"""Which changes of a resource need a reconcile: all that a person can make, none that Vidra itself writes."""

from __future__ import annotations

from vidra.api.meta import Meta
from vidra.api.names import APPROVE_PRUNE, FORGET_LOST, REQUESTED_AT
from vidra.kube.store import version_number


def needs_reconcile(old: Meta | None, new: Meta | None) -> bool:
    """Whether a change of metadata needs a reconcile."""
    if old is None or new is None or old.uid != new.uid:
        return True
    return (
        old.generation != new.generation
        or old.deletion_timestamp != new.deletion_timestamp
        or requested_at(old) != requested_at(new)
        or approved_prune(old) != approved_prune(new)
        or forgets_lost(old) != forgets_lost(new)
        or set(old.finalizers) - set(new.finalizers) != set()
    )


def went_back(old: Meta, new: Meta) -> bool:
    """Whether the same resource went back to an earlier state: the server was restored from a backup."""
    return old.uid == new.uid and -1 < version_number(new.resource_version) < version_number(old.resource_version)


def requested_at(meta: Meta) -> str:
    """The value of the annotation that requests a reconcile."""
    return meta.annotations.get(REQUESTED_AT, "")


def approved_prune(meta: Meta) -> str:
    """The value of the annotation that approves a held prune."""
    return meta.annotations.get(APPROVE_PRUNE, "")


def forgets_lost(meta: Meta) -> str:
    """The value of the annotation that lets what is missing of an inventory be forgotten."""
    return meta.annotations.get(FORGET_LOST, "")
