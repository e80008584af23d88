"""Chooses the Secret with the credentials for a source: pure.

Invariant: a credential is sent only to the address that it was stored for. With the annotation, that is a scheme, host,
port and path, and everything below the path; the longest path wins. Without it, the Secret is for https on port 443 and
for ssh on port 22 of the host in its label. So who may edit a sync cannot pair the token of somebody else with an
address of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from vidra.api.names import SOURCE_LABEL
from vidra.api.reasons import Reason
from vidra.kube.secret_precedence import by_precedence
from vidra.kube.store import Store
from vidra.kube.types import Secret
from vidra.sources.docker_config import login_for
from vidra.sources.protocol import Concerns, Remark, SourceError
from vidra.sources.transport.places import Place, read_url

S = TypeVar("S")
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?|[0-9A-Fa-f:.]+")
_PORTS = {"https": 443, "http": 80, "ssh": 22}
_KEYS = {
    "username": "username",
    "password": "password",
    "token": "token",
    "identity": "identity",
    "known_hosts": "known_hosts",
    "ca.crt": "ca",
    "tls.crt": "certificate",
    "tls.key": "key",
}
_ONE_LINE = frozenset({"username", "password", "token"})


class Credential(msgspec.Struct, frozen=True):
    """What one Secret holds for an address."""

    place: Place
    """It is sent there and to what is below, and nowhere else."""
    secret: str
    """namespace/name."""
    username: str = ""
    password: str = ""
    """Of the user, or of `identity`."""
    token: str = ""
    identity: str = ""
    """Private key for ssh."""
    known_hosts: str = ""
    ca: str = ""
    """The only CA that is trusted there, in PEM; empty: those of the system."""
    certificate: str = ""
    key: str = ""

    def __repr__(self) -> str:
        return f"Credential({self.secret!r}, for {self.place})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("secret", self.secret)]

    @property
    def usable(self) -> bool:
        """Whether there is anything in it that makes a difference."""
        pair = bool(self.username) == bool(self.password or self.token) or bool(self.identity or self.token)
        return pair and any((self.username, self.token, self.identity, self.ca, self.certificate and self.key))

    def secrets(self) -> tuple[str, ...]:
        """What no message may repeat."""
        return tuple(filter(None, (self.password, self.token)))


@lru_cache(maxsize=4096)
def source_place(url: str) -> Place | None:
    """Where the address of a source leads; None when it is none.

    `oci` is https; `.git` at the end does not count, since no server gives two repositories such names.
    """
    found = read_url(url.strip())
    scheme = "https" if found is not None and found.scheme == "oci" else found.scheme if found is not None else ""
    if found is None or scheme not in _PORTS or not found.host or not _HOST.fullmatch(found.host):
        return None
    path = found.raw_path.rstrip("/").removesuffix(".git")
    return Place(scheme, found.host.lower(), found.explicit_port or _PORTS[scheme], path)


def choose(place: Place, secrets: Iterable[Secret], own: str, remark: Remark) -> Credential | None:
    """The credential for an address: longest path first, then as `by_precedence` says; None: there is none.

    Args:
        secrets: Those in namespaces that count.
        own: Vidra's own namespace.
        remark: Is given what is wrong with Secrets that are passed over, and which others match.

    Raises:
        SourceError: There are Secrets for it, and none can be used.
    """
    candidates = [secret for secret in secrets if concerns(secret, place)]
    ordered = sorted(by_precedence(candidates, own), key=_length_of_path, reverse=True)
    failures: list[SourceError] = []
    for number, secret in enumerate(ordered):
        try:
            found = read(secret, place)
        except SourceError as error:
            failures.append(error)
            continue
        for failure in failures:
            remark(Reason.CREDENTIALS_INVALID, f"{failure}; using the Secret {named(secret)}")
        if alike := sorted(named(item) for item in ordered[number + 1 :] if _annotated(item) == _annotated(secret)):
            message = f"using the Secret {named(secret)}; these match as well: {', '.join(alike)}"
            remark(Reason.CREDENTIALS_AMBIGUOUS, message)
        return found
    if failures:
        raise failures[0]
    return None


def concerns(secret: Secret, place: Place | None) -> bool:
    """Whether a Secret may hold the credentials for an address."""
    if place is None:
        return False
    if annotation := _annotated(secret):
        stored = source_place(annotation)
        return stored is not None and stored.covers(place)
    return secret.metadata.labels.get(SOURCE_LABEL) == place.host and _ordinary(place)


def read(secret: Secret, place: Place) -> Credential:
    """What a Secret holds for an address.

    Raises:
        SourceError: Nothing that can be used.
    """
    try:
        values = {field: secret.value(key).decode() for key, field in _KEYS.items()}
        docker = secret.value(".dockerconfigjson").decode()
        login = login_for(docker, place) if docker and not values["token"] and not values["username"] else None
    except ValueError as error:
        detail = f": {error}" if type(error) is ValueError else ""
        raise _invalid(secret, f"holds values that cannot be read{detail}") from None
    values |= {field: values[field].strip("\r\n") for field in _ONE_LINE}
    if login is not None:
        values["username"], values["password"] = login
    if any(not values[field].isprintable() for field in _ONE_LINE):
        raise _invalid(secret, "holds a user, password or token with characters that none has (a line break?)")
    found = Credential(_reach(secret, place), named(secret), **values)
    if not found.usable:
        needed = "username and password, token, identity and known_hosts, ca.crt, tls.crt and tls.key, or an entry "
        raise _invalid(secret, f"needs {needed}for {place.host} in .dockerconfigjson")
    return found


def listen(store: Store[Secret], place_of: Callable[[S], Place | None], changed: Callable[[Concerns[S]], None]) -> None:
    """Say which sources a changed Secret may be about."""

    def on_change(old: Secret | None, new: Secret | None) -> None:
        if old is None or new is None or _essence(old) != _essence(new):
            about = [secret for secret in (old, new) if secret is not None]
            changed(lambda spec: any(concerns(secret, place_of(spec)) for secret in about))

    store.listen(on_change)


def named(secret: Secret) -> str:
    """namespace/name."""
    return f"{secret.metadata.namespace}/{secret.metadata.name}"


def missing(place: Place, why: str) -> SourceError:
    """What to do when a source wants credentials and there are none."""
    message = (
        f"{place} {why}: create a Secret in Vidra's namespace, labelled {SOURCE_LABEL}={place.host}, with username and "
        "password, or with token"
    )
    if not _ordinary(place):
        message += f", and the annotation {SOURCE_LABEL}={place}"
    return SourceError(Reason.CREDENTIALS_MISSING, message)


def _invalid(secret: Secret, why: str) -> SourceError:
    return SourceError(Reason.CREDENTIALS_INVALID, f"the Secret {named(secret)} {why}")


def _reach(secret: Secret, place: Place) -> Place:
    """Where a credential may be sent: what the annotation says, or the whole host."""
    stored = source_place(_annotated(secret))
    return stored if stored is not None else place._replace(path="")


def _length_of_path(secret: Secret) -> int:
    stored = source_place(_annotated(secret))
    return len(stored.path) + 1 if stored else 0


def _essence(secret: Secret) -> tuple[object, ...]:
    return secret.metadata.uid, secret.metadata.labels.get(SOURCE_LABEL), _annotated(secret), secret.data


def _annotated(secret: Secret) -> str:
    return secret.metadata.annotations.get(SOURCE_LABEL, "")


def _ordinary(place: Place) -> bool:
    return (place.scheme, place.port) in {("https", 443), ("ssh", 22)}
