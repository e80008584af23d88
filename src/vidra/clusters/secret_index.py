"""Index of the cluster Secrets by server; each version of a Secret is parsed once, because there may be hundreds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from vidra.api.destination_server import is_local
from vidra.api.labels import SEE_ANNOTATION, is_label_value
from vidra.api.names import CLUSTER_LABEL, TARGET_LABEL
from vidra.api.reasons import Reason
from vidra.api.sync import ClusterSelector
from vidra.clusters.errors import ClusterError
from vidra.clusters.kubeconfig_secret import connection_for, servers_of
from vidra.clusters.label_selector import matches
from vidra.common.urls import address, host_of, is_plain
from vidra.kube.connection import Connection
from vidra.kube.secret_precedence import by_precedence
from vidra.kube.store import Store
from vidra.kube.types import Secret

_Mark = tuple[str, str]
"""What a Secret is marked for: an address or a host, and which."""


class Entry(msgspec.Struct, frozen=True):
    """One Secret, without its secret parts."""

    name: str
    labels: Mapping[str, str]
    server: str = ""
    """Of the current context; empty when the Secret cannot be used for a selection."""
    problem: str = ""
    addresses: frozenset[str] = frozenset()
    """Of all its contexts; empty when it cannot be parsed."""
    serves: frozenset[str] = frozenset()
    """Names of the objects of Infrahub whose artifacts go to the cluster, where a sync routes by target."""


class Selection(msgspec.Struct, frozen=True):
    """The result of a selection."""

    clusters: tuple[Entry, ...]
    """By name; if several Secrets have one server, the one that counts."""
    refused: tuple[Entry, ...]
    """Matching Secrets that cannot be used."""


class SecretIndex:
    """The Secrets of all clusters.

    Args:
        own: Vidra's namespace, whose Secrets take precedence.
    """

    def __init__(self, secrets: Store[Secret], own: str) -> None:
        self._secrets = secrets
        self._own = own
        self._read: dict[str, tuple[str, Entry]] = {}
        self._marked: dict[_Mark, dict[str, Secret]] = {}
        """By what they are marked for and UID: a server is looked up for every sync and cluster, among hundreds."""
        secrets.listen(self._changed)
        for secret in secrets:
            self._changed(None, secret)

    def select(self, selector: ClusterSelector) -> Selection:
        """The clusters whose Secrets a selector matches.

        Invariant: whose credentials are used for a server decides by labels where the server is selected: only Secrets
        of the namespace whose Secret counts for it are looked at.
        """
        found: dict[str, Entry] = {}
        refused: list[Entry] = []
        namespaces: dict[str, str] = {}
        matching = (item for item in self._secrets if matches(selector, item.metadata.labels))
        for secret in by_precedence(matching, self._own):
            entry, at = self._entry(secret), ""
            if not entry.problem:
                at = address(entry.server)
                if at not in namespaces:
                    namespaces[at] = self.candidates(entry.server)[0].metadata.namespace
            if problem := entry.problem or self._objection(entry, secret.metadata.namespace, namespaces[at]):
                refused.append(msgspec.structs.replace(entry, problem=problem))
            else:
                found.setdefault(at, entry)
        return Selection(tuple(sorted(found.values(), key=_name)), tuple(sorted(refused, key=_name)))

    def _objection(self, entry: Entry, namespace: str, counts: str) -> str:
        """Why a Secret selects no cluster although it can be used; empty when it does."""
        if is_local(entry.server) and namespace != self._own:
            return "it names the cluster that Vidra runs in, which only Secrets in Vidra's own namespace may select"
        if namespace != counts:
            return f"for its server, Secrets in {counts} count"
        return ""

    def candidates(self, server: str) -> list[Secret]:
        """The Secrets that may be for a server, the best first; includes those that cannot be parsed."""
        wanted = address(server)
        found = [item for mark in _marks_of(server) for item in self._marked.get(mark, {}).values()]
        return by_precedence((item for item in found if self._may_lead_to(item, wanted)), self._own)

    def servers(self) -> set[str]:
        """The API servers of all contexts of all Secrets."""
        return {server for secret in self._secrets for server in self._entry(secret).addresses}

    def knows(self, server: str) -> bool:
        """Whether some Secret has this server, whatever its labels."""
        wanted = address(server)
        return any(address(self._entry(secret).server) == wanted for secret in self._secrets)

    def _may_lead_to(self, secret: Secret, wanted: str) -> bool:
        addresses = self._entry(secret).addresses
        return not addresses or wanted in addresses

    def _entry(self, secret: Secret) -> Entry:
        version, found = self._read.get(secret.metadata.uid, ("", None))
        if found is None or version != secret.metadata.resource_version:
            found = _entry(secret)
            self._read[secret.metadata.uid] = secret.metadata.resource_version, found
        return found

    def _changed(self, old: Secret | None, new: Secret | None) -> None:
        if old is not None:
            self._marked.get(_mark(old), {}).pop(old.metadata.uid, None)
            if new is None or new.metadata.uid != old.metadata.uid:
                self._read.pop(old.metadata.uid, None)
        if new is not None:
            self._marked.setdefault(_mark(new), {})[new.metadata.uid] = new


def _entry(secret: Secret) -> Entry:
    name, labels = named(secret), secret.metadata.labels
    try:
        servers, current = servers_of(kubeconfig_of(secret))
    except ClusterError as error:
        return Entry(name, labels, problem=str(error))
    addresses = frozenset(map(address, servers))
    if not current:
        problem = "its kubeconfig has several contexts, or none, and no current-context that is one of them"
        return Entry(name, labels, problem=problem, addresses=addresses)
    if not is_plain(current):
        return Entry(name, labels, problem="its server is more than an address: take user and query out of it")
    if not is_for(secret, current):
        problem = f"it must have {told_marks(current)}" if host_of(current) else "its server has no host"
        return Entry(name, labels, problem=problem, addresses=addresses)
    return Entry(name, labels, current, addresses=addresses, serves=served_by(secret))


def served_by(secret: Secret) -> frozenset[str]:
    """What a cluster's Secret says its cluster is for; a label can hold only one name, and not any."""
    noted = secret.metadata.annotations.get(TARGET_LABEL) or secret.metadata.labels.get(TARGET_LABEL, "")
    return frozenset(name for part in noted.split(",") if (name := part.strip()))


def _name(entry: Entry) -> str:
    return entry.name


def connection_to(secrets: Iterable[Secret], server: str, context: str = "") -> Connection:
    """The connection from the first usable of some Secrets.

    Args:
        secrets: Those that may be for the server, the best first.

    Raises:
        ClusterError: None can be used, or the first needs something that Vidra does not accept.
    """
    failures: list[ClusterError] = []
    for secret in secrets:
        try:
            return connection_for(kubeconfig_of(secret), server, context)
        except ClusterError as error:
            failures.append(ClusterError(error.reason, f"Secret {named(secret)}: {error}"))
    # A Secret for exactly this server takes precedence over those for others on the same host.
    telling = (error for error in failures if error.reason is not Reason.CLUSTER_CREDENTIALS_MISSING)
    raise next(telling, None) or _missing(server, context)


def concerns(server: str, *secrets: Secret | None) -> bool:
    """Whether one of these Secrets may be, or may have been, for a server."""
    return any(secret is not None and is_for(secret, server) for secret in secrets)


def is_for(secret: Secret, server: str) -> bool:
    """Whether a Secret is marked for a server: by its annotation (a whole URL), or else by its label (a host).

    A label value has at most 63 characters and no colon, so not every host fits.
    """
    return _mark(secret) in _marks_of(server)


def _mark(secret: Secret) -> _Mark:
    if noted := secret.metadata.annotations.get(CLUSTER_LABEL):
        return "address", address(noted)
    return "host", secret.metadata.labels.get(CLUSTER_LABEL, "")


def _marks_of(server: str) -> tuple[_Mark, ...]:
    """What a Secret for a server may be marked with."""
    host = host_of(server)
    return (("address", address(server)), *((("host", host),) if host else ()))


def marks_for(server: str) -> tuple[dict[str, str], dict[str, str]]:
    """Labels and annotations of a Secret for a server; nothing that the API server would refuse."""
    host = host_of(server)
    if is_label_value(host):
        return {CLUSTER_LABEL: host}, {}
    return {CLUSTER_LABEL: SEE_ANNOTATION}, {CLUSTER_LABEL: server}


def told_marks(server: str) -> str:
    """The same for a message."""
    labels, annotations = marks_for(server)
    found = [f"the label {key}={value}" for key, value in labels.items()]
    return " and ".join([*found, *(f"the annotation {key}={value}" for key, value in annotations.items())])


def kubeconfig_of(secret: Secret) -> bytes:
    """The kubeconfig in a Secret.

    Raises:
        ClusterError: It contains none.
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
        f"no kubeconfig{of} for {server}: give Vidra one with vidra cluster apply CONTEXT, or create a Secret with "
        f"{told_marks(server)} in Vidra's namespace",
    )
