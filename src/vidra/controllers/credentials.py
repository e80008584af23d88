"""Which Secret holds the credentials for an Infrahub."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

import msgspec

from vidra.api.names import INFRAHUB_LABEL
from vidra.api.reasons import Reason
from vidra.kube.core import Secret
from vidra.sources.infrahub import Credential
from vidra.sources.protocol import SourceError


class Choice(msgspec.Struct, frozen=True):
    """The Secret that counts, and those that would have matched as well."""

    secret: Secret
    others: tuple[Secret, ...]
    credential: Credential


def choose(url: str, secrets: Iterable[Secret]) -> Choice:
    """The newest Secret for this Infrahub; an annotation with the whole URL wins over the label with the host.

    Raises:
        SourceError: There is none, or it cannot be used.
    """
    candidates = [item for item in secrets if concerns(item, url)]
    exact = [item for item in candidates if _annotated(item)]
    found = sorted(exact or candidates, key=_age, reverse=True)
    if not found:
        raise SourceError(
            Reason.CREDENTIALS_MISSING,
            f"no Secret labelled {INFRAHUB_LABEL}={_host(url)} holds credentials for {url}: create one in Vidra's "
            "namespace with username and password, or with token",
        )
    return Choice(found[0], tuple(found[1:]), _credential(found[0]))


def concerns(secret: Secret, url: str) -> bool:
    """Whether a Secret may hold the credentials for this Infrahub."""
    if _annotated(secret):
        return normal(_annotated(secret)) == normal(url)
    return secret.metadata.labels.get(INFRAHUB_LABEL) == _host(url)


def is_another(old: Secret | None, new: Secret | None) -> bool:
    """Whether a change of a Secret may change a choice, or what was chosen."""
    return old is None or new is None or _essence(old) != _essence(new)


def named(secret: Secret) -> str:
    """namespace/name."""
    return f"{secret.metadata.namespace}/{secret.metadata.name}"


def _credential(secret: Secret) -> Credential:
    try:
        values = {key: secret.value(key).decode().strip("\r\n") for key in ("username", "password", "token")}
    except ValueError:
        raise SourceError(
            Reason.CREDENTIALS_INVALID, f"the Secret {named(secret)} holds values that are no text"
        ) from None
    if values["token"] or (values["username"] and values["password"]):
        return Credential(**values)
    raise SourceError(Reason.CREDENTIALS_INVALID, f"the Secret {named(secret)} needs username and password, or token")


def _essence(secret: Secret) -> tuple[object, ...]:
    return secret.metadata.uid, secret.metadata.labels.get(INFRAHUB_LABEL), _annotated(secret), secret.data


def _annotated(secret: Secret) -> str:
    return secret.metadata.annotations.get(INFRAHUB_LABEL, "")


def _age(secret: Secret) -> tuple[str, str]:
    return secret.metadata.creation_timestamp, secret.metadata.uid


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def normal(url: str) -> str:
    """A URL as far as it tells one Infrahub from another."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return url
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}{parts.path.rstrip('/')}"
