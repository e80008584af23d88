"""Gives up an owner's part of an object: its fields and marks go, everybody else's stay."""

from __future__ import annotations

from vidra.apply.abandon import unlabelled
from vidra.kube.client import Client, encode
from vidra.kube.live import LiveObject
from vidra.kube.verbs import apply, json_patch
from vidra.manifests import Ref


async def release(client: Client, path: str, ref: Ref, *, uid: str, manager: str) -> LiveObject:
    """Apply the identity alone, so that the manager holds nothing any more.

    The UID makes it impossible to create an object this way.

    Returns:
        What is left of it, and by whom it is held.

    Raises:
        Unreachable: The cluster does not answer.
        ApiError: Refused; 409 when the object with this UID is gone.
    """
    metadata = {"name": ref.name, "uid": uid} | ({"namespace": ref.namespace} if ref.namespace else {})
    identity = encode({"apiVersion": ref.api_version, "kind": ref.kind, "metadata": metadata})
    left = await apply(client, path, identity, manager=manager, force=False)
    # The label that was added to what an earlier version applied (`relabel.py`) is no field of an apply.
    patch = unlabelled(left.metadata, manager)
    return await json_patch(client, path, patch) if patch else left
