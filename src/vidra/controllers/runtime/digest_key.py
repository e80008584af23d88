"""The key of this installation's digests: in a Secret of Vidra's own namespace, which the first operator creates."""

from __future__ import annotations

import base64
from typing import Any

import structlog

from vidra.apply.desired.digest import KEY_LENGTH, Digests
from vidra.kube.client import Client, encode
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.operations import create, delete, look
from vidra.kube.types import Secret

NAME = "vidra-digest-key"
"""Name of the Secret."""
ATTEMPTS = 3
"""To have a key, while others create and delete it."""
_FIELD = "key"

log = structlog.get_logger("vidra.runtime")


async def installed_digests(client: Client, namespace: str) -> Digests:
    """The digests of this installation; a key is created if there is none.

    Where none can be kept, each process has one of its own: that costs an apply of what changes next, and no more.
    """
    try:
        return await _read(client, namespace) or await _created(client, namespace)
    except KubeError as error:
        log.warning("the key of digests cannot be kept", secret=f"{namespace}/{NAME}", error=str(error))
        return Digests.unkept()


async def read_digests(client: Client, namespace: str) -> Digests:
    """The digests of this installation, for somebody who writes nothing and may lack the right to read the key.

    Raises:
        UnreachableError: No answer.
    """
    try:
        return await _read(client, namespace) or Digests.unkept()
    except ApiError:
        return Digests.unkept()


async def _created(client: Client, namespace: str) -> Digests:
    """The digests with a new key, or with that of another replica which was first. What cannot be used is replaced.

    Raises:
        KubeError: It cannot be kept.
    """
    root = f"/api/v1/namespaces/{namespace}/secrets"
    for _ in range(ATTEMPTS):
        try:
            await create(client, root, encode(_secret()), Secret)
        except ApiError as error:
            if not error.conflict:
                raise
        if found := await _read(client, namespace):
            return found
        if spoiled := await look(client, f"{root}/{NAME}"):
            log.warning("the key of digests cannot be used: it is replaced", secret=f"{namespace}/{NAME}")
            await delete(client, f"{root}/{NAME}", uid=spoiled.metadata.uid)
    return Digests.unkept()


def _secret() -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": NAME},
        "type": "Opaque",
        "immutable": True,
        "data": {_FIELD: base64.b64encode(Digests.new_key()).decode()},
    }


async def _read(client: Client, namespace: str) -> Digests | None:
    """The digests with the key that is kept; None when there is none that can be used."""
    try:
        return _digests(await client.get(f"/api/v1/namespaces/{namespace}/secrets/{NAME}", Secret))
    except ApiError as error:
        if error.not_found:
            return None
        raise


def _digests(found: Secret) -> Digests | None:
    try:
        key = found.value(_FIELD)
    except ValueError:
        return None
    return Digests(key) if len(key) >= KEY_LENGTH else None
