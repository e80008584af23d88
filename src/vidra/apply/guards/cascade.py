"""What the deletion of a Namespace, CRD or volume claim would delete too, although Vidra did not create it.

When one of these is pruned, this owner's objects in it are deleted or terminating already. Whatever is left in it
belongs to somebody else, or is still wanted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import msgspec

from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject
from vidra.apply.errors import ObjectError
from vidra.apply.hidden_objects import Definition
from vidra.apply.inventory import ref_of
from vidra.common.text import limited
from vidra.kube.client import Client
from vidra.kube.discovery import Discovery, Kind, StaleDiscoveryError
from vidra.kube.errors import ApiError
from vidra.kube.pages import pages
from vidra.kube.partial_metadata import METADATA_LIST, LiveList, LiveMeta

PAGE = 50
NAMED = 3
"""Objects that a message names."""

_EPHEMERAL = frozenset(
    {
        ("", "Event"),
        ("events.k8s.io", "Event"),
        ("coordination.k8s.io", "Lease"),
        ("", "Endpoints"),
        ("discovery.k8s.io", "EndpointSlice"),
    }
)
"""Kinds (group, kind) that controllers write about other objects."""
_GIVEN = frozenset({("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")})
"""What every namespace has (kind, name)."""
_TOKEN_OF = "kubernetes.io/service-account.name"  # noqa: S105 - the name of an annotation


class _ClaimSpec(msgspec.Struct, frozen=True, rename="camel"):
    volume_name: str = ""


class _Claim(msgspec.Struct, frozen=True):
    spec: _ClaimSpec = _ClaimSpec()


class Contents:
    """Looks into objects of one cluster that contain others."""

    def __init__(self, client: Client, discovery: Discovery) -> None:
        self._client = client
        self._discovery = discovery

    async def of(self, entry: ManagedObject, path: str) -> str:
        """Why the object must stay; empty when it may be deleted.

        Raises:
            ObjectError: It is not known now.
            UnreachableError: The cluster does not answer.
            ApiError: The cluster refuses access.
        """
        ref = ref_of(entry)
        try:
            match ref.group, ref.kind:
                case "", "Namespace":
                    kinds = in_namespaces(await self._discovery.everything())
                    return told(await self._all(kinds, entry.name, owned=False))
                case "apiextensions.k8s.io", "CustomResourceDefinition":
                    return await self._defined(path)
                case "", "PersistentVolumeClaim":
                    claim = await self._client.get(path, _Claim)
                    volume = claim.spec.volume_name
                    return f"it is bound to the volume {volume}, and may hold data" if volume else ""
        except StaleDiscoveryError as error:
            raise ObjectError(
                Reason.PRUNE_FAILED, f"{ref} is not removed before it is known what is in it: {error}"
            ) from None
        except ApiError as error:
            if error.not_found:
                return ""
            if error.code != 403:
                raise
            return f"Vidra may not see what is in it ({error})"
        return ""

    async def _defined(self, path: str) -> str:
        """Read by the CRD, not by discovery: an object that no version shows would be deleted too."""
        definition = await self._client.get(path, Definition)
        if not definition.established:
            return ""
        if definition.kind is None:
            return "it serves no version, so that what it holds cannot be seen"
        return told(await self._all([definition.kind], "", owned=True))

    async def _all(self, kinds: Iterable[Kind], namespace: str, *, owned: bool) -> list[str]:
        found = await asyncio.gather(*(self._some(kind, namespace, owned=owned) for kind in kinds))
        return [name for names in found for name in names]

    async def _some(self, kind: Kind, namespace: str, *, owned: bool) -> list[str]:
        """Objects of one kind: at least one if there is any."""
        path = kind.path(namespace)
        try:
            async for page in pages(self._client, path, LiveList, accept=METADATA_LIST, query={}, size=PAGE):
                found = [item.metadata for item in page.items or () if counts(kind, item.metadata, owned=owned)]
                if found:
                    return [_name(kind, meta) for meta in found]
        except ApiError as error:
            if error.code in {404, 405} and not owned:  # no longer served, or nothing that is stored
                return []
            if error.code == 404:
                why = "what is in it cannot be seen now"
                raise ObjectError(Reason.PRUNE_FAILED, f"{kind.plural}.{group_of(kind)}: {why}") from None
            raise
        return []


def in_namespaces(kinds: Iterable[Kind]) -> tuple[Kind, ...]:
    """The kinds to look for in a namespace, each in one version."""
    found = {
        (group_of(kind), kind.plural): kind
        for kind in kinds
        if kind.namespaced and kind.watchable and (group_of(kind), kind.kind) not in _EPHEMERAL
    }
    return tuple(found.values())


def counts(kind: Kind, meta: LiveMeta, *, owned: bool) -> bool:
    """Whether an object is a reason to keep what contains it.

    Args:
        owned: Count it also if a controller created it for another object, with which it would be deleted.
    """
    if meta.deletion_timestamp is not None:
        return False
    if group_of(kind) == "" and (kind.kind, meta.name) in _GIVEN:
        return False
    if kind.kind == "Secret" and (meta.annotations or {}).get(_TOKEN_OF) == "default":
        return False
    return owned or not any(owner.controller for owner in meta.owner_references)


def told(names: list[str]) -> str:
    """The contents, for a message."""
    return f"it holds {limited(names, NAMED)}" if names else ""


def group_of(kind: Kind) -> str:
    """The group of a kind; empty for the core."""
    return kind.api_version.rpartition("/")[0]


def _name(kind: Kind, meta: LiveMeta) -> str:
    return f"{kind.kind} {meta.namespace}/{meta.name}" if meta.namespace else f"{kind.kind} {meta.name}"
