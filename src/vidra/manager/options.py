"""Start options of the operator; settings that can change while it runs are in the ConfigMap."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from vidra.api.names import USUAL_NAMESPACE
from vidra.kube.connection import SERVICE_ACCOUNT, Connection, in_cluster
from vidra.kube.kubeconfig import default_path, from_file
from vidra.sources.infrahub.limits import DEFAULT_LIMITS
from vidra.sources.limits import SOURCE_LIMITS, SourceLimits
from vidra.telemetry.tracing import Tracing

DEFAULT_NAMESPACE = USUAL_NAMESPACE


class Options(msgspec.Struct, frozen=True):
    """One operator process."""

    connection: Connection
    namespace: str = DEFAULT_NAMESPACE
    """Vidra's own: it holds stored content and the Leases."""
    credentials_namespaces: tuple[str, ...] = ()
    """Further namespaces whose Secrets with credentials and kubeconfigs are used. Who may write Secrets there decides
    with which identity Vidra reads from Infrahub, and which clusters exist."""
    leader_elect: bool = False
    lease_name: str = "vidra-operator"
    max_artifacts: int = DEFAULT_LIMITS.max_artifacts
    """Maximum for one sync; a longer list counts as a mistake."""
    source_hosts: tuple[str, ...] = ()
    """Hosts, addresses and networks that sources may be read from; empty: all but those that are never meant."""
    source_limits: SourceLimits = SOURCE_LIMITS
    shards: int = 1
    """Number of shards that replicas divide between them, with leader_elect."""
    webhooks: bool = False
    """Whether Infrahub's webhooks are received; their keys are watched only then."""
    tracing: Tracing = Tracing()
    """Creates the traces of changes."""
    log_level: str = "info"
    """Lowest level that is logged, if the ConfigMap names none."""

    @property
    def counting(self) -> tuple[str, ...]:
        """Every namespace in which such Secrets are used, Vidra's own first."""
        return tuple(dict.fromkeys((self.namespace, *self.credentials_namespaces)))


def connection_from_environment() -> Connection:
    """KUBECONFIG if it is set, else the Pod's service account.

    Raises:
        NotConfiguredError: Neither describes a cluster.
    """
    path = default_path()
    return from_file(path) if path else in_cluster()


def namespace_from_environment(root: Path = SERVICE_ACCOUNT) -> str:
    """POD_NAMESPACE if it is set, else the Pod's own namespace, else vidra-system."""
    if name := os.environ.get("POD_NAMESPACE"):
        return name
    try:
        return (root / "namespace").read_text().strip() or DEFAULT_NAMESPACE
    except OSError:
        return DEFAULT_NAMESPACE
