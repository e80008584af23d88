"""What a registry wants to know of who asks, and where that may be told: pure."""

from __future__ import annotations

import re

import msgspec
from yarl import URL

from vidra.sources.addresses import read_address

_SCHEME = re.compile(r"\s*([A-Za-z]+)\s*")
_PARAMETER = re.compile(r'\s*,?\s*([A-Za-z_]+)="([^"\\]*)"')


class Challenge(msgspec.Struct, frozen=True):
    """The header `WWW-Authenticate`."""

    scheme: str
    """In lower case."""
    realm: str = ""
    service: str = ""
    scope: str = ""


def read_challenge(header: str) -> Challenge:
    """What a header asks for; with an empty scheme if that cannot be read."""
    match = _SCHEME.match(header[:2_000])
    if match is None:
        return Challenge("")
    found, place = dict[str, str](), match.end()
    while parameter := _PARAMETER.match(header, place):
        found.setdefault(parameter[1].lower(), parameter[2])
        place = parameter.end()
    return Challenge(match[1].lower(), *(found.get(name, "") for name in ("realm", "service", "scope")))


def trusted(realm: URL, registry: URL) -> bool:
    """Whether who gives tokens for a registry may be told its credential: it is of the same host or domain."""
    if realm.scheme not in {registry.scheme, "https"}:
        return False
    one, other = (realm.host or "").lower(), (registry.host or "").lower()
    if one == other:
        return realm.scheme == "https" or realm.origin() == registry.origin() or bool(read_address(one))
    return not read_address(one) and not read_address(other) and _domain(one) == _domain(other)


def _domain(host: str) -> str:
    """The part of a name that one owner registers: two labels, or three under a `co.uk`."""
    labels = host.rstrip(".").split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if short else -2 :]) if len(labels) > 1 else host
