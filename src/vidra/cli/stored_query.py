"""Gives an Infrahub the stored query, as whoever may do that there."""

from __future__ import annotations

from vidra.cli.webhook_setup import own_credential
from vidra.kube.client import Client
from vidra.sources.infrahub import Credential
from vidra.sources.infrahub.client import Infrahub
from vidra.sources.infrahub.query_admin import put_query
from vidra.sources.infrahub.url import base_of


async def apply_stored_query(
    client: Client, address: str, name: str, namespace: str, credential: Credential | None
) -> str:
    """What was done: created, changed, unchanged.

    Args:
        namespace: Vidra's own.
        credential: Whose; None: Vidra's.

    Raises:
        SourceError: Infrahub refuses.
        KubeError: The credentials cannot be had.
    """
    base = base_of(address)
    infrahub = Infrahub(base, credential or await own_credential(client, base, namespace))
    try:
        return await put_query(infrahub, name)
    finally:
        await infrahub.close()
