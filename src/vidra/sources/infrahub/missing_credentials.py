"""Why there are no credentials for an Infrahub: its address may be mistyped, or nobody has stored any: pure.

Invariant: a status names no address that its reader could not know. Who reads a sync reads all syncs, and may not read
Secrets: so it names addresses of which a sync, or nearly the mistyped word itself, speaks.
"""

from __future__ import annotations

from collections.abc import Iterable

from vidra.api.names import INFRAHUB_LABEL, USUAL_NAMESPACE
from vidra.api.reasons import Reason
from vidra.api.sync import Sync
from vidra.common.nearest import nearest
from vidra.common.text import command_line, limited
from vidra.kube.types import Secret
from vidra.sources.protocol import SourceError
from vidra.sources.transport.places import place_of

NAMED = 5
"""Addresses that a message names."""


def missing(url: str, secrets: Iterable[Secret], own: str, syncs: Iterable[Sync], *, reveal: bool) -> SourceError:
    """The error for an address without credentials.

    Args:
        secrets: Those in namespaces that count.
        own: Vidra's own namespace.
        reveal: The reader may read these Secrets as well.
    """
    asked = place_of(url)
    address = str(asked) if asked else url
    known = _by_host(secrets)
    meant = _meant(asked.host if asked else "", known)
    used = [sync.source.infrahub.infrahub_api_url for sync in syncs if sync.source.infrahub]
    spoken_of = {place.host for address in used if (place := place_of(address))}
    named = sorted(
        place for host, places in known.items() if reveal or host == meant or host in spoken_of for place in places
    )
    others = f"; there are some for {limited(named, NAMED)}" if named else ""
    question = f', did you mean "{min(known[meant])}"' if meant else ""
    advice = "correct infrahubAPIURL, or store them: " if named else "store them: "
    if question:
        question, advice = f"{question}? ", advice[:1].upper() + advice[1:]
    message = f"no credentials for {address}{others}{question or ': '}{advice}{_command(address, own)}"
    return SourceError(Reason.CREDENTIALS_MISSING, message)


def _by_host(secrets: Iterable[Secret]) -> dict[str, set[str]]:
    """The addresses that there are credentials for, by host."""
    found: dict[str, set[str]] = {}
    for secret in secrets:
        meta = secret.metadata
        stored = meta.annotations.get(INFRAHUB_LABEL) or f"https://{meta.labels.get(INFRAHUB_LABEL, '')}"
        if place := place_of(stored):
            found.setdefault(place.host, set()).add(str(place))
    return found


def _meant(host: str, known: dict[str, set[str]]) -> str:
    """The host that was meant: the same with another port or path, or the most alike; empty when none is."""
    return host if host in known else nearest(host, known)


def _command(address: str, own: str) -> str:
    place = () if own == USUAL_NAMESPACE else ("-n", own)
    return command_line("vidra", "credentials", "apply", address, "--username", "NAME", *place)
