"""One live object: as YAML without secrets, and who holds which of its fields."""

from __future__ import annotations

from typing import Any

import msgspec

from vidra.views.dry_run import DryRunSession
from vidra.views.errors import ViewError
from vidra.views.field_holders import HeldField, held_fields
from vidra.views.hub_objects import one
from vidra.views.yaml_text import YamlText, yaml_text

Json = dict[str, Any]


class LiveObject(msgspec.Struct, frozen=True):
    """A live object."""

    yaml: YamlText
    fields: tuple[HeldField, ...]


async def live_object(
    session: DryRunSession, api_version: str, kind: str, namespace: str, name: str, *, server: str
) -> LiveObject:
    """A live object as it is now.

    Args:
        server: Empty for the cluster that Vidra runs in.

    Raises:
        ViewError: There is none.
        ClusterError: Nobody is logged in to that cluster.
        KubeError: It cannot be seen.
    """
    cluster = session.clusters.get(server)
    served = await cluster.discovery.find(api_version, kind)
    found: Json | None = await one(cluster.client, served.path(namespace, name), dict) if served else None
    if found is None:
        raise ViewError(f"there is no {kind} {f'{namespace}/' if namespace else ''}{name} now")
    fields = held_fields(found["metadata"].get("managedFields") or (), session.managers)
    return LiveObject(yaml_text(found), fields)
