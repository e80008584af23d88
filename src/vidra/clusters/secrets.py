"""Which Secret holds the kubeconfig of a cluster."""

from __future__ import annotations

from collections.abc import Iterable

from vidra.api.names import CLUSTER_LABEL
from vidra.api.reasons import Reason
from vidra.clusters.credentials import connection_for, host_of
from vidra.clusters.errors import ClusterError
from vidra.kube.connection import Connection
from vidra.kube.core import Secret


def connection_to(secrets: Iterable[Secret], server: str, context: str = "") -> Connection:
    """The connection that the first usable of some Secrets describes.

    Args:
        secrets: Those that may be for the server, the newest first.

    Raises:
        ClusterError: None does, or one that asks for what Vidra does not accept.
    """
    failures: list[ClusterError] = []
    for secret in secrets:
        try:
            return connection_for(kubeconfig_of(secret), server, context)
        except ClusterError as error:
            failures.append(ClusterError(error.reason, f"Secret {named(secret)}: {error}"))
    # One that is for this server says more than all those for others on the same host.
    telling = (error for error in failures if error.reason is not Reason.CLUSTER_CREDENTIALS_MISSING)
    raise next(telling, None) or _missing(host_of(server), server, context)


def concerns(server: str, *secrets: Secret | None) -> bool:
    """Whether one of these Secrets may be, or may have been, for a server."""
    host = host_of(server)
    return any(secret is not None and secret.metadata.labels.get(CLUSTER_LABEL) == host for secret in secrets)


def best_first(secrets: Iterable[Secret], own: str) -> list[Secret]:
    """Secrets of Vidra's own namespace before others, then the newest; the UID decides between those of one second."""

    def rank(secret: Secret) -> tuple[bool, str, str]:
        return secret.metadata.namespace == own, secret.metadata.creation_timestamp, secret.metadata.uid

    return sorted(secrets, key=rank, reverse=True)


def kubeconfig_of(secret: Secret) -> bytes:
    """The text of its kubeconfig.

    Raises:
        ClusterError: It holds none.
    """
    try:
        return secret.value("kubeconfig")
    except ValueError:
        raise ClusterError(Reason.KUBECONFIG_REFUSED, "it holds no readable kubeconfig") from None


def named(secret: Secret) -> str:
    """namespace/name."""
    return f"{secret.metadata.namespace}/{secret.metadata.name}"


def _missing(host: str, server: str, context: str) -> ClusterError:
    of = f", with a context {context!r}," if context else ""
    return ClusterError(
        Reason.CLUSTER_CREDENTIALS_MISSING,
        f"no Secret labelled {CLUSTER_LABEL}={host} holds a kubeconfig{of} for {server}: create one in Vidra's "
        "namespace",
    )
