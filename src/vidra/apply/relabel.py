"""Labels an object that an earlier version of Vidra applied, so that this version's informers show it."""

from __future__ import annotations

from vidra.api.names import MANAGED_LABEL, MANAGED_VALUE
from vidra.apply.field_owner import Owner
from vidra.kube.client import Client
from vidra.kube.errors import ApiError
from vidra.kube.operations import patch_metadata
from vidra.kube.partial_metadata import LiveObject


async def relabel(client: Client, path: str, *, uid: str, owner: Owner) -> LiveObject | None:
    """Add the label, and change nothing else: no field, and nothing that an owner holds.

    It is a patch, not an apply: an apply sends all that its manager holds, and would revert drift.

    Returns:
        The object, or None when it was deleted or recreated, or must not be written.

    Raises:
        UnreachableError: The cluster does not answer.
        ApiError: The cluster refuses all access.
    """
    metadata = {"uid": uid, "labels": {MANAGED_LABEL: MANAGED_VALUE}}
    try:
        return await patch_metadata(client, path, metadata, manager=owner.manager)
    except ApiError as error:
        if error.unauthorized:
            raise
        return None
