"""Finds what has Vidra's label in a namespace that Vidra ignores: old, or from somebody without the right."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from vidra.api.names import CLUSTER_LABEL, INFRAHUB_LABEL, KEYS_LABEL, SOURCE_LABEL
from vidra.controllers.runtime.ignored_secrets import hint
from vidra.controllers.runtime.settings import is_settings
from vidra.kube.client import Client
from vidra.kube.errors import KubeError
from vidra.kube.types import ConfigMap, PartialObjectMetadata
from vidra.views.hub_objects import CONFIG_MAPS, CONFIG_SELECTOR, SECRETS, listed


async def elsewhere(client: Client, counting: Collection[str], own: str) -> list[str]:
    """A sentence for Secrets and one for ConfigMaps that do not count; none where there are none.

    Raises:
        KubeError: They cannot be seen.
    """
    secrets, others, keys, clusters, maps = await asyncio.gather(
        listed(client, SECRETS, PartialObjectMetadata, INFRAHUB_LABEL),
        listed(client, SECRETS, PartialObjectMetadata, SOURCE_LABEL),
        listed(client, SECRETS, PartialObjectMetadata, KEYS_LABEL),
        listed(client, SECRETS, PartialObjectMetadata, CLUSTER_LABEL),
        listed(client, CONFIG_MAPS, ConfigMap, CONFIG_SELECTOR),
    )
    labelled = (*secrets, *others, *keys, *clusters)
    found = {(item.metadata.namespace, item.metadata.name): item.metadata for item in labelled}
    sentences = [hint(list(found.values()), counting).removeprefix(". ")]
    strangers = [item for item in maps if is_settings(item) and item.metadata.namespace != own]
    if strangers:
        names = ", ".join(f"{item.metadata.namespace}/{item.metadata.name}" for item in strangers)
        sentences.append(f"settings count only in {own}, so these do not: {names}. Move them")
    return [sentence for sentence in sentences if sentence]


def unseen(error: KubeError) -> str:
    """The finding when they cannot be read."""
    return f"whether Secrets or ConfigMaps in other namespaces are labelled for Vidra cannot be seen: {error}"
