"""The owner of an object: the names by which it is marked on its objects."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

import msgspec

from vidra.api.names import MANAGED_LABEL, MANAGED_VALUE, MANAGER_PREFIX, OWNER_PREFIX

MANAGER_LIMIT = 128
"""Bytes; the API server refuses longer field managers."""


HUB_LENGTH = 8
_SHORTENED = re.compile("-[0-9a-f]{16}$")
"""How a shortened name ends."""


class Owner(msgspec.Struct, frozen=True):
    """A VidraResource as an owner of objects.

    Its field manager and its inventory decide about ownership; label and annotation show it to people. The annotation
    counts only for an object in the inventory, and only when no field manager holds it (`applied_object.py`).
    """

    hub: str
    """Identifies this Vidra: the start of the UID of kube-system of the cluster it runs in."""
    name: str
    """Name of the VidraResource."""

    @property
    def manager(self) -> str:
        """Field manager: `vidra:<hub>:<name>`, the name shortened with its hash if that is too long.

        No two owners have the same one: a name that another one may be shortened to is shortened as well.
        """
        prefix = f"{MANAGER_PREFIX}{self.hub}:"
        limit = MANAGER_LIMIT - len(prefix)
        taken = len(self.name) >= limit - 1 and _SHORTENED.search(self.name)
        return prefix + (_short(self.name, limit) if taken else shortened(self.name, limit))

    @property
    def labels(self) -> dict[str, str]:
        """On every object."""
        return {MANAGED_LABEL: MANAGED_VALUE}

    @property
    def mark(self) -> str:
        """Key of the annotation on what it owns: for this owner alone, so that owners never edit each other's."""
        return f"{OWNER_PREFIX}{self.hub}-{hashed(self.name)}"

    @property
    def annotations(self) -> dict[str, str]:
        """On every object."""
        return {self.mark: self.name}


def foreign(annotations: Iterable[str] | None, owner: Owner) -> str:
    """The annotation that names an owner of another hub, whose inventories cannot be read here; empty if none does."""
    own = f"{OWNER_PREFIX}{owner.hub}-"
    found = (key for key in annotations or () if key.startswith(OWNER_PREFIX) and not key.startswith(own))
    return min(found, default="")


def hub_of(uid: str) -> str:
    """Tells one Vidra from another: the start of the UID of kube-system of the cluster it runs in."""
    return uid[:HUB_LENGTH]


def shortened(name: str, limit: int) -> str:
    """The name, or its start and its hash when it is longer than the limit (characters)."""
    return name if len(name) <= limit else _short(name, limit)


def _short(name: str, limit: int) -> str:
    return f"{name[: limit - 17].rstrip('.-')}-{hashed(name)}"


def hashed(name: str) -> str:
    """16 hex characters for a name that does not fit."""
    return hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
