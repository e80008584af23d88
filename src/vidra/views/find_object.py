"""Finds a live object by what people call its kind."""

from __future__ import annotations

from typing import Any

import msgspec

from vidra.clusters.cluster import Cluster
from vidra.kube.discovery import Kind
from vidra.views.errors import ViewError
from vidra.views.hub_objects import one

Json = dict[str, Any]


class Found(msgspec.Struct, frozen=True):
    """A live object."""

    kind: Kind
    namespace: str
    name: str
    server: str
    managed_fields: tuple[Json, ...]

    def __str__(self) -> str:
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind.kind} {place}{self.name} ({self.kind.api_version})"


async def find_object(cluster: Cluster, word: str, name: str, namespace: str, server: str) -> Found:
    """The object, of whichever of the kinds with such a name has it.

    Args:
        word: A kind as kubectl takes it: deploy, deployments.apps.
        server: The server of the cluster, as inventories name it.

    Raises:
        ViewError: There is no such object, or no such kind.
        KubeError: It cannot be seen.
    """
    kinds = await cluster.discovery.named(word)
    if not kinds:
        raise ViewError(f"the cluster serves no kind {word!r}")
    seen = set()
    for kind in kinds:
        if (group := kind.api_version.rpartition("/")[0]) in seen:
            continue
        seen.add(group)
        live: Json | None = await one(cluster.client, kind.path(namespace, name), dict)
        if live is not None:
            metadata = live["metadata"]
            return Found(kind, metadata.get("namespace", ""), name, server, tuple(metadata.get("managedFields") or ()))
    where = f" in the namespace {namespace} (choose another with -n)" if any(kind.namespaced for kind in kinds) else ""
    raise ViewError(f"there is no {kinds[0].kind} {name}{where}")
