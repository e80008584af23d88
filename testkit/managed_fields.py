"""What a person may do to managedFields by hand."""

from __future__ import annotations

from testkit.objects import Json
from vidra.kube.client import JSON_PATCH, Client, encode


async def empty_managed_fields(client: Client, path: str, *more: Json) -> None:
    """Empty the managedFields of an object (KEP-555); with further steps in the same patch.

    Raises:
        ApiError: The object is not there.
    """
    emptied: Json = {"op": "replace", "path": "/metadata/managedFields", "value": [{}]}
    await client.send("PATCH", path, body=encode([emptied, *more]), content_type=JSON_PATCH)
