"""Labels an object that an earlier version of Vidra applied, so that the watches of this one show it."""

from __future__ import annotations

from vidra.api.names import MANAGED_LABEL, MANAGED_VALUE
from vidra.apply.field_owner import Owner
from vidra.kube.client import Client
from vidra.kube.errors import ApiError
from vidra.kube.operations import patch_metadata
from vidra.kube.partial_metadata import LiveObject


async def relabel(client: Client, path: str, *, uid: str, owner: Owner) -> LiveObject | None:
    """Add the label, and change nothing else: neither a field nor what any owner holds by its applies.

    It is a patch, not an apply: an apply says all that its manager holds, and would put back what somebody changed.

    Returns:
        The object, or None when it is gone, another one, or must not be written to.

    Raises:
        UnreachableError: The cluster does not answer.
        ApiError: The cluster does not let Vidra in at all.
    """
    metadata = {"uid": uid, "labels": {MANAGED_LABEL: MANAGED_VALUE}}
    try:
        return await patch_metadata(client, path, metadata, manager=owner.manager)
    except ApiError as error:
        if error.unauthorized:
            raise
        return None
