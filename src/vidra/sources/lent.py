"""What the process lends to every kind of source."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from vidra.api.sync import Sync
from vidra.kube.client import Client
from vidra.kube.store import Store, kind_and_name
from vidra.kube.types import ConfigMap, Secret
from vidra.sources.credentials import Credential
from vidra.sources.hosts import AllowedHosts
from vidra.sources.limits import SOURCE_LIMITS, SourceLimits
from vidra.sources.transport.origin import Origin
from vidra.telemetry.http_requests import RequestCounter


class Lent(msgspec.Struct, frozen=True):
    """Stores are filled by watches in the operator, and once by a command."""

    client: Client
    """Of the cluster that Vidra runs in."""
    namespace: str
    """Vidra's own."""
    syncs: Store[Sync]
    infrahub_secrets: Store[Secret]
    secrets: Store[Secret]
    """With credentials for other sources, of the namespaces that count (`SOURCE_LABEL`)."""
    query: Callable[[], str]
    """Name of the stored query in Infrahub, as it is set now."""
    manifests: Store[ConfigMap | Secret] = msgspec.field(default_factory=lambda: Store(key=kind_and_name))
    """ConfigMaps of its own namespace, and Secrets of those that count, that hold manifests (`MANIFESTS_LABEL`)."""
    keys: Store[Secret] = msgspec.field(default_factory=Store)
    """With public keys that may sign what sources give, of the namespaces that count (`KEYS_LABEL`)."""
    max_units: int = 10_000
    """Maximum for one sync; a longer list counts as a mistake."""
    reveal: bool = False
    """Who reads the errors may read the Secrets as well."""
    hosts: AllowedHosts = msgspec.field(default_factory=AllowedHosts)
    limits: SourceLimits = SOURCE_LIMITS
    infrahub_traffic: RequestCounter = msgspec.field(default_factory=RequestCounter)
    traffic: RequestCounter = msgspec.field(default_factory=RequestCounter)
    """Requests to other sources."""

    def origin(self, base: str, credential: Credential | None, *, bearer: bool = True) -> Origin:
        """The way to an address that a source is read from, within what the process allows.

        Args:
            bearer: Send a token alone as one, and not as a password.
        """
        return Origin(base, credential, self.hosts, self.limits, self.traffic, bearer=bearer)
