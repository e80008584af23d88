"""Writes what a person gave the command, by server-side apply under a field manager of the command's own."""

from __future__ import annotations

import base64
import re
from typing import Any

from vidra.cli.errors import CommandError
from vidra.kube.client import Client, encode
from vidra.kube.discovery import Kind
from vidra.kube.errors import ApiError
from vidra.kube.operations import apply

Json = dict[str, Any]

MANAGER = "vidra-cli"
"""Field manager."""

SECRET = Kind("v1", "Secret", "secrets", namespaced=True)
CONFIG_MAP = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
NAMESPACE = Kind("v1", "Namespace", "namespaces", namespaced=False)


async def put(client: Client, kind: Kind, body: Json) -> None:
    """Make an object what the body says; fields that others gave it stay.

    Raises:
        CommandError: Its namespace is missing.
        KubeError: It could not be written. Nothing of a Secret is in the message.
    """
    metadata = body["metadata"]
    path = kind.path(metadata.get("namespace", ""), metadata["name"])
    try:
        await apply(client, path, encode(body), manager=MANAGER, force=True)
    except ApiError as error:
        if error.not_found and kind.namespaced:
            raise CommandError(
                f"the namespace {metadata['namespace']} is missing: vidra install makes it, or name another"
            ) from None
        if kind == SECRET and error.code != 403:
            raise CommandError(
                f"the API server refused the Secret {metadata['name']} ({error.code} {error.reason})"
            ) from None
        raise


def secret(
    name: str, namespace: str, labels: dict[str, str], annotations: dict[str, str], data: dict[str, str]
) -> Json:
    """A Secret from texts."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace, "labels": labels, "annotations": annotations},
        # Not stringData: server-side apply would not know these keys for its own.
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in data.items() if value},
    }


def name_from(*parts: str) -> str:
    """A name for an object, made of whatever these are."""
    return re.sub(r"[^a-z0-9.]+", "-", "-".join(part.lower() for part in parts if part))[:200].strip("-.")
