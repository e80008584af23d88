"""Which Secret holds the kubeconfig of a cluster."""

from __future__ import annotations

from collections.abc import Iterable

from vidra.api.labels import SEE_ANNOTATION, is_label_value
from vidra.api.names import CLUSTER_LABEL
from vidra.api.reasons import Reason
from vidra.clusters.credentials import connection_for, host_of, same_server
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
    raise next(telling, None) or _missing(server, context)


def concerns(server: str, *secrets: Secret | None) -> bool:
    """Whether one of these Secrets may be, or may have been, for a server."""
    return any(secret is not None and is_for(secret, server) for secret in secrets)


def is_for(secret: Secret, server: str) -> bool:
    """Whether a Secret says that it is for a server: by its annotation (a whole URL), or else by its label (a host).

    A label holds 63 characters and no colon; not every host fits.
    """
    if noted := secret.metadata.annotations.get(CLUSTER_LABEL):
        return same_server(noted, server)
    host = host_of(server)
    return bool(host) and secret.metadata.labels.get(CLUSTER_LABEL) == host


def marks_for(server: str) -> tuple[dict[str, str], dict[str, str]]:
    """Labels and annotations of a Secret for a server; nothing that the API server would refuse."""
    host = host_of(server)
    if is_label_value(host):
        return {CLUSTER_LABEL: host}, {}
    return {CLUSTER_LABEL: SEE_ANNOTATION}, {CLUSTER_LABEL: server}


def told_marks(server: str) -> str:
    """The same in words."""
    labels, annotations = marks_for(server)
    found = [f"the label {key}={value}" for key, value in labels.items()]
    return " and ".join([*found, *(f"the annotation {key}={value}" for key, value in annotations.items())])


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


def _missing(server: str, context: str) -> ClusterError:
    of = f", with a context {context!r}," if context else ""
    return ClusterError(
        Reason.CLUSTER_CREDENTIALS_MISSING,
        f"no Secret with {told_marks(server)} holds a kubeconfig{of} for {server}: create one in Vidra's namespace",
    )
