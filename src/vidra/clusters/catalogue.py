"""What each Secret of a cluster leads to: read once per version of the Secret, because there may be hundreds."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from vidra.api.sync import ClusterSelector
from vidra.clusters.credentials import address, host_of, is_plain, servers_of
from vidra.clusters.errors import ClusterError
from vidra.clusters.secrets import best_first, is_for, kubeconfig_of, named, told_marks
from vidra.clusters.selector import matches
from vidra.kube.core import Secret
from vidra.kube.store import Store


class Entry(msgspec.Struct, frozen=True):
    """One Secret, without anything secret."""

    name: str
    labels: Mapping[str, str]
    server: str = ""
    """Of the current context; empty when the Secret cannot be used for a selection."""
    problem: str = ""
    addresses: frozenset[str] = frozenset()
    """Of all its contexts; empty when nothing of it can be read."""


class Selection(msgspec.Struct, frozen=True):
    """What a selector finds."""

    clusters: tuple[Entry, ...]
    """By name; of several Secrets for one server the newest."""
    refused: tuple[Entry, ...]
    """Matching Secrets that lead nowhere."""


class Catalogue:
    """The Secrets of all clusters.

    Args:
        own: Vidra's namespace, whose Secrets come first.
    """

    def __init__(self, secrets: Store[Secret], own: str) -> None:
        self._secrets = secrets
        self._own = own
        self._read: dict[str, tuple[str, Entry]] = {}
        secrets.listen(self._forget)

    def select(self, selector: ClusterSelector) -> Selection:
        """The clusters whose Secrets a selector matches."""
        found: dict[str, Entry] = {}
        refused: list[Entry] = []
        for secret in best_first(
            (item for item in self._secrets if matches(selector, item.metadata.labels)), self._own
        ):
            entry = self._entry(secret)
            if entry.problem:
                refused.append(entry)
            else:
                found.setdefault(address(entry.server), entry)
        return Selection(tuple(sorted(found.values(), key=_name)), tuple(sorted(refused, key=_name)))

    def candidates(self, server: str) -> list[Secret]:
        """The Secrets that may be for a server, the best first; those that cannot be read may be, too."""
        wanted = address(server)
        found = (item for item in self._secrets if is_for(item, server))
        return best_first((item for item in found if self._may_lead_to(item, wanted)), self._own)

    def knows(self, server: str) -> bool:
        """Whether some Secret leads to this server, whatever its labels."""
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

    def _forget(self, old: Secret | None, new: Secret | None) -> None:
        if old is not None and (new is None or new.metadata.uid != old.metadata.uid):
            self._read.pop(old.metadata.uid, None)


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
    return Entry(name, labels, current, addresses=addresses)


def _name(entry: Entry) -> str:
    return entry.name
