"""The Lease of coordination.k8s.io/v1, as far as Vidra reads and writes it. Quick to import."""

from __future__ import annotations

import msgspec

from vidra import __version__
from vidra.api.meta import Meta
from vidra.api.names import HOLDER_VERSION


class LeaseSpec(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """coordination.k8s.io/v1 LeaseSpec."""

    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    acquire_time: str | None = None
    renew_time: str | None = None
    lease_transitions: int | None = None


class Lease(msgspec.Struct, frozen=True, rename="camel"):
    """coordination.k8s.io/v1 Lease."""

    metadata: Meta
    spec: LeaseSpec = LeaseSpec()
    api_version: str = "coordination.k8s.io/v1"
    kind: str = "Lease"


def with_version(lease: Lease, identity: str) -> Lease:
    """A Lease that says which version of Vidra its holder is.

    The holder is named beside it: an operator from before this annotation keeps what it finds.
    """
    annotations = {**lease.metadata.annotations, HOLDER_VERSION: f"{identity} {__version__}"}
    return msgspec.structs.replace(lease, metadata=msgspec.structs.replace(lease.metadata, annotations=annotations))


def version_of(lease: Lease) -> str:
    """The version of a Lease's holder; empty when it does not say."""
    holder, _, version = lease.metadata.annotations.get(HOLDER_VERSION, "").partition(" ")
    return version if holder == lease.spec.holder_identity else ""


class Leases(msgspec.Struct, frozen=True):
    """The Leases of a namespace."""

    items: tuple[Lease, ...] = ()


def leases_path(namespace: str) -> str:
    """The path of a namespace's Leases."""
    return f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"
