"""The rights that the operator needs where Vidra runs: `vidra install` grants them, and `vidra check` checks them."""

from __future__ import annotations

from typing import NamedTuple

from vidra.api.names import GROUP, RESOURCE_PLURAL, SYNC_PLURALS


class Need(NamedTuple):
    """Something that Vidra must be allowed."""

    verbs: tuple[str, ...]
    group: str
    resource: str
    own: bool = False
    """Only in Vidra's own namespace."""


NEEDS = (
    *(Need(("list", "watch", "patch"), GROUP, syncs) for syncs in SYNC_PLURALS.values()),
    *(Need(("patch",), GROUP, f"{syncs}/status") for syncs in SYNC_PLURALS.values()),
    # A VidraResource names its sync as its owner and blocks its deletion: some clusters ask for this.
    *(Need(("update",), GROUP, f"{syncs}/finalizers") for syncs in SYNC_PLURALS.values()),
    Need(("get", "list", "watch", "create", "patch", "delete"), GROUP, RESOURCE_PLURAL),
    Need(("patch",), GROUP, f"{RESOURCE_PLURAL}/status"),
    Need(("get", "list", "watch"), "", "namespaces"),
    Need(("list", "watch"), "apiextensions.k8s.io", "customresourcedefinitions"),
    Need(("list", "watch"), "storage.k8s.io", "storageclasses"),
    Need(("create",), "", "events"),
    Need(("get", "create", "delete", "deletecollection"), "", "secrets", own=True),
    Need(("get", "list", "watch", "create", "delete"), "", "configmaps", own=True),
    Need(("get", "list", "create", "update", "delete"), "coordination.k8s.io", "leases", own=True),
)
"""The rights for the operator itself; those for the artifacts come on top. The Helm chart grants the same."""
CREDENTIALS = (Need(("list", "watch"), "", "secrets", own=True),)
"""Credentials and kubeconfigs: in Vidra's own namespace, and in each that --credentials-namespace names."""


def needs() -> tuple[Need, ...]:
    """Everything that the operator must be allowed."""
    return (*NEEDS, *CREDENTIALS)
