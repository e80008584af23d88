"""What the operator would lend to the kinds of source, read once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from vidra.api.names import MANIFESTS_LABEL
from vidra.kube.client import Client
from vidra.kube.store import Store, kind_and_name
from vidra.sources.hosts import AllowedHosts
from vidra.sources.lent import Lent
from vidra.views import hub_objects


async def lent(
    client: Client, namespaces: Sequence[str], query: str, hosts: Sequence[str] = (), *, reveal: bool = False
) -> Lent:
    """Stores as the operator would have them.

    Args:
        namespaces: Those whose Secrets count, Vidra's own first.
        query: Name of the stored query in Infrahub.
        hosts: Those that sources may be read from; none: as `AllowedHosts` says.
        reveal: Who reads the errors may read the Secrets as well.

    Raises:
        KubeError: They cannot be read.
    """
    syncs, infrahubs, others, keys, manifests = await asyncio.gather(
        hub_objects.syncs(client),
        hub_objects.infrahub_secrets(client, namespaces),
        hub_objects.source_secrets(client, namespaces),
        hub_objects.key_secrets(client, namespaces),
        hub_objects.labelled(client, namespaces, MANIFESTS_LABEL),
    )
    return Lent(
        client=client,
        namespace=namespaces[0],
        syncs=hub_objects.stored(syncs, Store(key=lambda sync: sync.key)),
        infrahub_secrets=hub_objects.stored(infrahubs, Store()),
        secrets=hub_objects.stored(others, Store()),
        keys=hub_objects.stored(keys, Store()),
        manifests=hub_objects.stored(manifests, Store(key=kind_and_name)),
        query=lambda: query,
        reveal=reveal,
        hosts=AllowedHosts(hosts),
    )


def nothing_lent(client: Client, namespace: str) -> Lent:
    """For a look that asks no source, and reads no Secret."""
    return Lent(
        client=client,
        namespace=namespace,
        syncs=Store(key=lambda sync: sync.key),
        infrahub_secrets=Store(),
        secrets=Store(),
        query=str,
    )
