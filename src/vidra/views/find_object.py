"""Finds a live object by what people call its kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from vidra.api.resource import ManagedObject
from vidra.clusters.cluster import Cluster
from vidra.common.nearest import did_you_mean
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


async def find_object(
    cluster: Cluster, word: str, name: str, *, namespace: str, server: str, managed: Iterable[ManagedObject] = ()
) -> Found:
    """The object, of whichever of the kinds with such a name has it.

    Args:
        word: A kind as kubectl takes it: deploy, deployments.apps.
        namespace: Empty: the one in which Vidra has such an object, or `default`.
        server: The server of the cluster, as inventories name it.
        managed: What inventories list.

    Raises:
        ViewError: There is no such object, or no such kind.
        KubeError: It cannot be seen.
    """
    kinds = await cluster.discovery.named(word)
    if not kinds:
        raise ViewError(f"the cluster serves no kind {word!r}")
    namespace = namespace or _managed_namespace(kinds, name, server, managed)
    seen = set()
    for kind in kinds:
        if (group := kind.api_version.rpartition("/")[0]) in seen:
            continue
        seen.add(group)
        live: Json | None = await one(cluster.client, kind.path(namespace, name), dict)
        if live is not None:
            metadata = live["metadata"]
            return Found(kind, metadata.get("namespace", ""), name, server, tuple(metadata.get("managedFields") or ()))
    known = [entry.name for entry in managed if entry.kind == kinds[0].kind]
    where = f" in the namespace {namespace} (choose another with -n)" if any(kind.namespaced for kind in kinds) else ""
    raise ViewError(f"there is no {kinds[0].kind} {name}{where}{did_you_mean(name, known)}")


def _managed_namespace(kinds: Iterable[Kind], name: str, server: str, managed: Iterable[ManagedObject]) -> str:
    """The namespace that is meant when none was named.

    Raises:
        ViewError: There are several.
    """
    wanted = {(kind.api_version.rpartition("/")[0], kind.kind) for kind in kinds}
    found = {
        entry.namespace
        for entry in managed
        if entry.name == name
        and entry.server.rstrip("/") == server.rstrip("/")
        and (entry.api_version.rpartition("/")[0], entry.kind) in wanted
    }
    if len(found) > 1:
        raise ViewError(f"{name!r} is in several namespaces: choose with -n {' or -n '.join(sorted(found))}")
    return found.pop() if found else "default"
