"""The address of a repository in a registry: pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from vidra.api.reasons import Reason
from vidra.sources.credentials import source_place
from vidra.sources.protocol import SourceError
from vidra.sources.transport.places import Place, read_url

_NAME = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_HUB = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io"})


class Repository(NamedTuple):
    """Where artifacts are."""

    place: Place
    """For credentials."""
    base: str
    """URL of the repository in the API."""
    name: str
    """As tokens name it."""


def repository(url: str, *, insecure: bool = False, field: str = "spec.source.oci.url") -> Repository:
    """Where the artifacts of a URL are.

    Args:
        field: Where the URL stands in the spec.

    Raises:
        SourceError: It is no address of a repository.
    """
    place, found = source_place(url), read_url(url.strip())
    name = found.path.strip("/") if found is not None else ""
    if place is None or found is None or found.scheme != "oci" or found.user or not _NAME.fullmatch(name):
        message = f"{field}: write it as oci://registry.example.com/team/manifests, without tag and digest"
        raise SourceError(Reason.INVALID_SPEC, message)
    if found.host in _HUB:
        name = name if "/" in name else f"library/{name}"
        return Repository(place, f"https://registry-1.docker.io/v2/{name}", name)
    if insecure:
        place = place._replace(scheme="http", port=found.explicit_port or 80)
    host = f"[{place.host}]" if ":" in place.host else place.host
    return Repository(place, f"{place.scheme}://{host}:{place.port}/v2/{name}", name)
