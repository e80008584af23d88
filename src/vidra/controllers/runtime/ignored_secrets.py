"""Names Secrets in messages that have the right label, but are in a namespace whose Secrets Vidra ignores."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import msgspec

from vidra.api.meta import Meta
from vidra.common.text import limited
from vidra.kube.access_review import is_allowed
from vidra.kube.client import Client
from vidra.kube.errors import KubeError
from vidra.kube.partial_metadata import METADATA_LIST
from vidra.kube.types import PartialObjectMetadata

MOST = 50
"""Secrets that are read."""
NAMED = 5
_VALUE = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")


class _Secrets(msgspec.Struct, frozen=True):
    items: tuple[PartialObjectMetadata, ...] | None = None
    """null in an empty list of metadata."""


class IgnoredSecrets:
    """Looks for such Secrets when a credential is missing. Only their names and labels are requested.

    Args:
        counting: Namespaces that Vidra reads credentials from.
    """

    def __init__(self, client: Client, counting: Collection[str]) -> None:
        self._client = client
        self._counting = counting

    async def hint(self, label: str, host: str) -> str:
        """The hint for a message about a missing Secret; empty when there is none."""
        selector = f"{label}={host}" if _VALUE.fullmatch(host) else label
        try:
            if not await self._may_look():
                return ""
            query = {"labelSelector": selector, "limit": str(MOST)}
            found = await self._client.get("/api/v1/secrets", _Secrets, accept=METADATA_LIST, query=query)
        except KubeError:
            return ""
        return hint((item.metadata for item in found.items or ()), self._counting)

    async def _may_look(self) -> bool:
        """Whether Vidra happens to have the right. The chart does not grant it, and nothing is tried without it."""
        return await is_allowed(self._client, {"verb": "list", "resource": "secrets"})


def hint(secrets: Iterable[Meta], counting: Collection[str]) -> str:
    """The message about Secrets that are ignored."""
    places = [meta for meta in secrets if meta.namespace not in counting]
    if not places:
        return ""
    names = limited([f"{meta.namespace}/{meta.name}" for meta in places], NAMED)
    return (
        f". Secrets count only in {', '.join(sorted(counting))}, so these do not: {names}. Move them, "
        "or start Vidra with --credentials-namespace for theirs"
    )
