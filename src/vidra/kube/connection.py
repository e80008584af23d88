"""Address and credentials of one API server."""

from __future__ import annotations

import base64
import os
import re
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from vidra.common.tls import client_context

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----")


class NotConfiguredError(Exception):
    """There is no usable connection to an API server; the message says what to set."""


class Proof(msgspec.Struct, frozen=True):
    """What only one API server can show: a certificate of an authority of its own, for a name."""

    authorities: frozenset[str]
    """The certificates of the authority, in base64."""
    name: str
    """The name that its certificate must be for."""
    path: str
    """Behind one gateway every cluster has a path of its own."""


class Connection(msgspec.Struct, frozen=True):
    """Address and credentials of an API server. Two equal connections may share a client."""

    server: str
    ca: str = ""
    """PEM; empty: the system's certificate authorities."""
    certificate: str = ""
    key: str = ""
    token: str = ""
    token_file: str = ""
    """Read for every request: projected tokens expire within the hour."""
    username: str = ""
    password: str = ""
    tls_server_name: str = ""
    insecure: bool = False

    def __repr__(self) -> str:
        """The address alone: everything else is secret or long."""
        return f"Connection({self.server!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """The same for rich, which does not call __repr__."""
        return [("server", self.server)]

    @property
    def proof(self) -> Proof | None:
        """What the server proves with every connection; None where a certificate of any public authority would do."""
        authorities = frozenset("".join(found.split()) for found in _CERTIFICATE.findall(self.ca))
        if self.insecure or not authorities:
            return None
        place = urlsplit(self.server)
        return Proof(authorities, (self.tls_server_name or place.hostname or "").lower(), place.path.rstrip("/"))

    def authorization(self) -> str:
        """Value of the Authorization header; empty when a certificate, or nothing, identifies the caller."""
        if self.token_file:
            return f"Bearer {Path(self.token_file).read_text().strip()}"
        if self.token:
            return f"Bearer {self.token}"
        if self.username:
            pair = f"{self.username}:{self.password}".encode()
            return f"Basic {base64.b64encode(pair).decode()}"
        return ""

    def secrets(self) -> tuple[str, ...]:
        """The credentials that are sent; no message may contain them.

        Raises:
            OSError: The token's file cannot be read.
        """
        proof = self.authorization().partition(" ")[2]
        return tuple(filter(None, (proof, self.password)))

    def ssl_context(self) -> ssl.SSLContext:
        """A context that trusts the cluster's CA alone (19 KiB, against 825 KiB with the system's store).

        Raises:
            NotConfiguredError: The CA, certificate or key is not valid.
        """
        try:
            context = client_context(ca=self.ca, certificate=self.certificate, key=self.key, insecure=self.insecure)
        except (ssl.SSLError, ValueError) as error:
            raise NotConfiguredError(f"the TLS data for {self.server} cannot be used: {error}") from None
        self._check_name(context)
        return context

    def _check_name(self, context: ssl.SSLContext) -> None:
        """Begin what every connection begins with: with a name that TLS cannot ask for, asyncio would wait for ever.

        Raises:
            NotConfiguredError: No server can have this name.
        """
        name = self.tls_server_name or urlsplit(self.server).hostname
        try:
            context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=name)
        except (ssl.SSLError, ValueError, TypeError):
            what = "tls-server-name" if self.tls_server_name else "host"
            raise NotConfiguredError(f"the {what} for {self.server} is no name that a server can have") from None


def in_cluster(root: Path = SERVICE_ACCOUNT) -> Connection:
    """The connection of a Pod's service account.

    Raises:
        NotConfiguredError: This is no Pod.
    """
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST", ""), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    token, authority = root / "token", root / "ca.crt"
    if not host or not token.is_file() or not authority.is_file():
        raise NotConfiguredError("no cluster to work in: set KUBECONFIG to a kubeconfig file, or run inside a Pod")
    bracketed = f"[{host}]" if ":" in host else host
    return Connection(server=f"https://{bracketed}:{port}", ca=authority.read_text(), token_file=str(token))
