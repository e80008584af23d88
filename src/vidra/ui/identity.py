"""Whose rights a request has: those of a person who proved who they are, and never Vidra's own.

Invariant: there is no request to an API server without a proven identity. What a proxy says of a person becomes
impersonation headers in one place, which refuses to make none.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from pathlib import Path
from typing import Protocol

import msgspec
from aiohttp import web

from vidra.kube.client import Headers
from vidra.kube.connection import Connection
from vidra.ui.one_time_codes import OneTimeCodes

USER_HEADER, GROUPS_HEADER, PROXY_SECRET_HEADER = "X-Forwarded-User", "X-Forwarded-Groups", "X-Vidra-Proxy-Secret"
MOST_GROUPS = 100


class NotIdentifiedError(Exception):
    """Nobody proved who they are; the message says how to."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """A person, and how an API server knows them."""

    key: str
    """Different for every identity: what one may see is kept under it, and shown to no other."""
    connection: Connection
    impersonation: Headers = ()
    expires: float = 0
    """When the proof ends (seconds since 1970); 0 when that is not known."""


class Identify(Protocol):
    """A way to know who sends a request."""

    mode: str
    """local, token or proxy."""
    codes: OneTimeCodes | None
    """Where pages log in with a code."""

    def of(self, request: web.Request) -> Identity:
        """Who sends a request.

        Raises:
            NotIdentifiedError: That is not proven.
        """
        ...


class ByKubeconfig:
    """The person who started `vidra ui`, in every page that a code of this process opened."""

    mode = "local"

    def __init__(self, connection: Connection, codes: OneTimeCodes) -> None:
        self.codes: OneTimeCodes | None = codes
        self._codes = codes
        self._identity = Identity(key="local", connection=connection)

    def of(self, request: web.Request) -> Identity:
        """The one person that there is."""
        if not self._codes.valid(_bearer(request)):
            raise NotIdentifiedError(
                "this page is not logged in: open the address that vidra ui prints (Enter: another)"
            )
        return self._identity


class ByToken:
    """Whoever a bearer token says: it goes to the API server with every request.

    Args:
        server: Where requests go; its own credentials are not used.
    """

    mode = "token"
    codes: OneTimeCodes | None = None

    def __init__(self, server: Connection) -> None:
        self._server = Connection(
            server=server.server, ca=server.ca, tls_server_name=server.tls_server_name, insecure=server.insecure
        )

    def of(self, request: web.Request) -> Identity:
        """The bearer of the token."""
        token = _bearer(request)
        if not token or any(ord(character) < 33 or ord(character) > 126 for character in token):
            raise NotIdentifiedError("give a token that the API server accepts: kubectl create token NAME, or your own")
        return Identity(
            key=f"token:{hashlib.sha256(token.encode()).hexdigest()}",
            connection=msgspec.structs.replace(self._server, token=token),
            expires=expiry(token),
        )


class ByProxy:
    """Whoever a trusted proxy names: Vidra's page asks as that person (impersonation).

    Args:
        connection: Of an account that may impersonate certain users and groups, and nothing else.
        secret_file: What proves that a request comes from the proxy; read for every request.
    """

    mode = "proxy"
    codes: OneTimeCodes | None = None

    def __init__(self, connection: Connection, secret_file: Path) -> None:
        self._connection = connection
        self._secret_file = secret_file

    def of(self, request: web.Request) -> Identity:
        """The person that the proxy names."""
        try:
            secret = self._secret_file.read_text().strip()
        except OSError:
            raise NotIdentifiedError("the secret that the proxy has to show cannot be read") from None
        if not secret or not hmac.compare_digest(
            request.headers.get(PROXY_SECRET_HEADER, "").encode(), secret.encode()
        ):
            raise NotIdentifiedError("requests have to come from the proxy that logs people in")
        if len(request.headers.getall(USER_HEADER, [])) != 1:
            raise NotIdentifiedError("the proxy names nobody")
        groups = [name.strip() for each in request.headers.getall(GROUPS_HEADER, []) for name in each.split(",")]
        headers = impersonation(request.headers[USER_HEADER], [name for name in groups if name])
        names = "\0".join(value for _, value in headers)
        key = hashlib.sha256(names.encode()).hexdigest()
        return Identity(key=f"proxy:{key}", connection=self._connection, impersonation=headers)


def impersonation(user: str, groups: list[str]) -> Headers:
    """The headers with which an API server takes a request as another person's. Never none.

    Raises:
        NotIdentifiedError: There is no user, or one that only the cluster itself may be.
    """
    user = user.strip()
    names = sorted(set(groups))
    if not user:
        raise NotIdentifiedError("the proxy names nobody")
    if len(names) > MOST_GROUPS:
        raise NotIdentifiedError(f"the proxy names more than {MOST_GROUPS} groups")
    for name in (user, *names):
        if name.startswith("system:") or not name.isprintable():
            raise NotIdentifiedError(f"nobody may be {name!r} by a proxy's word")
    return (("Impersonate-User", user), *(("Impersonate-Group", name) for name in names))


def expiry(token: str) -> float:
    """When a JSON Web Token ends, by its own word; 0 when it does not say. The API server decides what is valid."""
    try:
        middle = token.split(".")[1]
        claims = msgspec.json.decode(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        return float(claims["exp"])
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error, msgspec.MsgspecError):
        return 0


def remaining(identity: Identity, most: float) -> float:
    """Seconds until the proof ends; so many at the most."""
    return min(most, max(identity.expires - time.time(), 0)) if identity.expires else most


def _bearer(request: web.Request) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""
