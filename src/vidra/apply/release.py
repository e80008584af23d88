"""Gives up an owner's part of an object: its fields and marks go, everybody else's stay.

Invariant: whoever gives up its part of an object, here or by `abandon.py`, leaves neither an entry in managedFields nor
an annotation behind, whatever API version the entry is of, and whether it is still there: an apply takes out only what
an entry says, and entries get lost (`renewal.py`).
"""

from __future__ import annotations

from vidra.apply.abandon import unmarked
from vidra.apply.owner import Owner
from vidra.apply.renewal import renew
from vidra.kube.client import Client, encode
from vidra.kube.live import LiveObject
from vidra.kube.verbs import apply, json_patch, look
from vidra.manifests import Ref


async def release(client: Client, path: str, ref: Ref, *, uid: str, owner: Owner) -> LiveObject:
    """Apply the identity alone, so that the owner's manager holds nothing any more, and take off what is left of it.

    The UID makes it impossible to create an object this way.

    Returns:
        What is left of it, and by whom it is held.

    Raises:
        Unreachable: The cluster does not answer.
        ApiError: Refused; 409 when the object with this UID is gone, or changed meanwhile.
    """
    live = await look(client, path)
    if live and live.metadata.uid == uid:
        await renew(client, path, live, ref.api_version)
    metadata = {"name": ref.name, "uid": uid} | ({"namespace": ref.namespace} if ref.namespace else {})
    identity = encode({"apiVersion": ref.api_version, "kind": ref.kind, "metadata": metadata})
    left = await apply(client, path, identity, manager=owner.manager, force=False)
    # What a patch added (`relabel.py`), and what an entry that got lost had put there, is no field of this apply.
    patch = unmarked(left.metadata, owner)
    return await json_patch(client, path, patch) if patch else left
