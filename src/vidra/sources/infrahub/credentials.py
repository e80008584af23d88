"""Chooses the Secret with the credentials for an Infrahub.

Invariant: a credential is sent only to the address that it was stored for. With the annotation, that is a scheme, host,
port and path, and everything below the path; the longest path wins. Without it, the Secret names only a host. A host
stands for one address: the https address on port 443 of this host in the oldest sync that has one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from vidra.api.names import INFRAHUB_LABEL
from vidra.api.reasons import Reason
from vidra.api.sync import Sync
from vidra.common.text import command_line
from vidra.kube.secret_precedence import by_precedence
from vidra.kube.types import Secret
from vidra.sources.infrahub import Credential
from vidra.sources.infrahub.missing_credentials import missing
from vidra.sources.protocol import SourceError
from vidra.sources.transport.places import Place, place_of


class Choice(msgspec.Struct, frozen=True):
    """The chosen Secret, and those that would have matched as well."""

    secret: Secret
    others: tuple[Secret, ...]
    credential: Credential
    passed_over: tuple[str, ...] = ()
    """Why Secrets with a higher rank are not used."""


def choose(
    url: str, secrets: Iterable[Secret], own: str, syncs: Iterable[Sync] = (), *, reveal: bool = False
) -> Choice:
    """The best usable Secret for this Infrahub: longest path first, then as `by_precedence` says.

    Args:
        secrets: Those in namespaces that count.
        own: Vidra's own namespace.
        syncs: All of them: the addresses in use decide what a host alone stands for.
        reveal: Who reads the error may read the Secrets as well.

    Raises:
        SourceError: There is none, or none that can be used.
    """
    there = list(secrets)
    candidates = [item for item in there if concerns(item, url)]
    vague = [item for item in candidates if not _annotated(item)]
    if vague and not _stands_for(url, syncs):
        candidates = [item for item in candidates if _annotated(item)]
    if not candidates:
        raise _too_vague(url, vague[0], syncs) if vague else missing(url, there, own, syncs, reveal=reveal)
    return _first_usable(sorted(by_precedence(candidates, own), key=_length_of_path, reverse=True))


def concerns(secret: Secret, url: str) -> bool:
    """Whether a Secret may hold the credentials for this Infrahub."""
    place = _place(url)
    if place is None:
        return False
    if annotation := _annotated(secret):
        stored = _place(annotation)
        return stored is not None and stored.covers(place)
    return secret.metadata.labels.get(INFRAHUB_LABEL) == place.host


def is_another(old: Secret | None, new: Secret | None) -> bool:
    """Whether a change of a Secret may change a choice, or the chosen credential."""
    return old is None or new is None or _essence(old) != _essence(new)


def named(secret: Secret) -> str:
    """namespace/name."""
    return f"{secret.metadata.namespace}/{secret.metadata.name}"


def normal(url: str) -> str:
    """A URL, reduced to what tells one Infrahub from another."""
    place = _place(url)
    return str(place) if place else url


def _first_usable(secrets: list[Secret]) -> Choice:
    failures: list[SourceError] = []
    for number, secret in enumerate(secrets):
        try:
            credential = _credential(secret)
        except SourceError as error:
            failures.append(error)
            continue
        alike = (other for other in secrets[number + 1 :] if _annotated(other) == _annotated(secret))
        return Choice(secret, tuple(alike), credential, tuple(map(str, failures)))
    raise failures[0]


def _length_of_path(secret: Secret) -> int:
    stored = _place(_annotated(secret))
    return len(stored.path) + 1 if stored else 0


def _stands_for(url: str, syncs: Iterable[Sync]) -> bool:
    """Whether a host alone means this address."""
    place = _place(url)
    return place is not None and place.ordinary and _first_of(place, syncs) in {place, None}


def _first_of(place: Place, syncs: Iterable[Sync]) -> Place | None:
    """The https address of this host in the oldest sync: a newer sync can neither share it nor take it over."""
    found = ((sync.metadata, _place(of.infrahub_api_url)) for sync in syncs if (of := sync.source.infrahub))
    here = [(meta.creation_timestamp, meta.uid, at) for meta, at in found if at and at[:3] == place[:3]]
    return min(here)[2] if here else None


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


def _too_vague(url: str, secret: Secret, syncs: Iterable[Sync]) -> SourceError:
    """What to do when a Secret says too little to be sent to this address."""
    place = _place(url)
    taken = _first_of(place, syncs) if place and place.ordinary else None
    why = f", which is {taken}" if taken else " with https, on port 443"
    meta = secret.metadata
    annotate = command_line(
        "kubectl", "-n", meta.namespace, "annotate", "secret", meta.name, f"{INFRAHUB_LABEL}={place}"
    )
    return SourceError(
        Reason.CREDENTIALS_MISSING,
        f"the Secret {named(secret)} names a host alone and so is for one address of it{why}. It is not sent to "
        f"{place}; if it is for that: {annotate}",
    )


def _essence(secret: Secret) -> tuple[object, ...]:
    return secret.metadata.uid, secret.metadata.labels.get(INFRAHUB_LABEL), _annotated(secret), secret.data


def _annotated(secret: Secret) -> str:
    return secret.metadata.annotations.get(INFRAHUB_LABEL, "")


@lru_cache(maxsize=4096)
def _place(url: str) -> Place | None:
    return place_of(url) if url else None
