"""The names of the VidraResources that a sync creates."""

from __future__ import annotations

import re

from vidra.apply.field_owner import hashed, shortened

NAME_LIMIT = 253
_PART = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_DNS_NAME = re.compile(rf"{_PART}(\.{_PART})*")


def resource_name(sync: str, artifact: str, place: str = "") -> str:
    """`<sync>-<artifact id>`: two syncs with the same artifact never collide, and a name says where it comes from.

    An id that is no DNS name is replaced by its hash. With a selector there is one for each cluster, named by a hash of
    artifact and cluster, so that no other artifact's id can look like it.
    """
    name = f"{sync}-{artifact if _DNS_NAME.fullmatch(artifact) else hashed(artifact)}"
    return shortened(f"{name}-{hashed(f'{artifact}/{place}')}" if place else name, NAME_LIMIT)
