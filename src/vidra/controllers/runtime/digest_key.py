"""The key of this installation's digests: in a Secret of Vidra's own namespace, which the first operator creates."""

from __future__ import annotations

import base64

import structlog

from vidra.apply.desired.digest import KEY_LENGTH, Digests
from vidra.kube.client import Client, encode
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.operations import create, delete
from vidra.kube.types import Secret

NAME = "vidra-digest-key"
"""Name of the Secret."""
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
    body = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": NAME},
        "type": "Opaque",
        "immutable": True,
        "data": {_FIELD: base64.b64encode(Digests.new_key()).decode()},
    }
    root = f"/api/v1/namespaces/{namespace}/secrets"
    try:
        await create(client, root, encode(body), Secret)
    except ApiError as error:
        if not error.conflict:
            raise
    # What is stored counts: another replica may have been first.
    if found := await _read(client, namespace):
        return found
    spoiled = await client.get(f"{root}/{NAME}", Secret)
    await delete(client, f"{root}/{NAME}", uid=spoiled.metadata.uid)
    return _digests(await create(client, root, encode(body), Secret)) or Digests.unkept()


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
