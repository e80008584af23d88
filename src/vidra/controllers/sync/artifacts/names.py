"""The names of the VidraResources that a sync creates."""

from __future__ import annotations

import re

from vidra.apply.field_owner import hashed, shortened

NAME_LIMIT = 253
_PART = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_DNS_NAME = re.compile(rf"{_PART}(\.{_PART})*")


_NO_DNS = re.compile(r"[^a-z0-9]+")
READABLE = 40
"""Characters of an id that a name shows."""


def resource_name(sync: str, artifact: str, place: str = "") -> str:
    """A name that says where a VidraResource comes from, and that no other one has.

    Of an InfrahubSync it is `<sync>-<artifact id>`; an id that is no DNS name is replaced by its hash. With a selector
    there is one for each cluster, named by a hash of artifact and cluster, so that no other artifact's id can look like
    it. Of any other kind it ends with a hash of kind, sync, unit and cluster: a sync of another kind may have the name.

    Args:
        sync: Key of the sync.
    """
    kind, _, own = sync.rpartition("/")
    if kind:
        readable = _NO_DNS.sub("-", artifact.lower())[:READABLE].strip("-")
        return shortened("-".join(filter(None, (own, readable, hashed(f"{sync}/{artifact}/{place}")))), NAME_LIMIT)
    name = f"{sync}-{artifact if _DNS_NAME.fullmatch(artifact) else hashed(artifact)}"
    return shortened(f"{name}-{hashed(f'{artifact}/{place}')}" if place else name, NAME_LIMIT)
