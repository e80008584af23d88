"""Migrates an object of Vidra 0.0.6: recognizes it, and converts its marks and fields."""

from __future__ import annotations

from collections.abc import Callable

from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject
from vidra.apply.errors import ObjectError
from vidra.apply.field_owner import Owner
from vidra.apply.inventory import ref_of
from vidra.apply.message_masking import masked
from vidra.apply.migration import v006
from vidra.apply.migration.v006 import Meta
from vidra.apply.refusals import meaning
from vidra.kube.client import MERGE_PATCH, Client, encode
from vidra.kube.decode import decode
from vidra.kube.discovery import Kind
from vidra.kube.errors import ApiError
from vidra.kube.informers import InformerSet
from vidra.kube.partial_metadata import METADATA_ONLY, LiveObject

ATTEMPTS = 4

Moving = Callable[[str], bool]
"""Whether the VidraResource of this name exists and owns the object too."""


class LegacyObjectMigrator:
    """Migrates one owner's objects in one cluster.

    Args:
        uid: Of the owner's VidraResource.
    """

    def __init__(self, client: Client, observed: InformerSet, owner: Owner, uid: str) -> None:
        self._client = client
        self._observed = observed
        self._owner = owner
        self._uid = uid

    async def look(self, kind: Kind, entry: ManagedObject) -> Meta | None:
        """The metadata of an object; None if it does not exist, or Vidra may not see it.

        Raises:
            KubeError: The cluster does not answer, or refuses all access.
        """
        path = kind.path(entry.namespace, entry.name)
        try:
            return (await self._client.get(path, v006.LegacyObject, accept=METADATA_ONLY)).metadata
        except ApiError as error:
            if error.unauthorized:
                raise
            return None

    def is_ours(self, meta: Meta, entry: ManagedObject, *, first: bool, listed: bool) -> bool:
        """Whether this is the object that Vidra 0.0.6 created for this owner.

        A mark alone proves nothing: anybody can write one.

        Args:
            first: This Vidra has not completed a reconcile of the VidraResource yet.
            listed: The object is in the inventory, and not only in the manifest.
        """
        if entry.uid:
            return meta.uid == entry.uid
        if v006.names(meta, self._owner.name, self._uid):
            return listed or (first and v006.noted_by_update(meta))
        # Another owner migrated it for both.
        return first and listed and v006.held(meta, self._owner.manager)

    def joined(self, meta: Meta, entry: ManagedObject) -> bool:
        """Whether it is a Namespace that existed before Vidra 0.0.6."""
        return (entry.api_version, entry.kind) == ("v1", "Namespace") and v006.found(meta, self._owner.manager)

    async def migration(self, kind: Kind, entry: ManagedObject, meta: Meta | None, moving: Moving) -> None:
        """Make the object this owner's, and that of all others that own it too; nothing if that is done.

        One write of metadata alone, at the version that the decision was made for.

        Raises:
            ObjectError: Refused.
            KubeError: The cluster does not answer, or refuses all access.
        """
        for _ in range(ATTEMPTS):
            if meta is None or meta.uid != entry.uid or not v006.marked(meta):
                return None
            try:
                return await self._send(kind, entry, meta, moving)
            except ApiError as error:
                if error.unauthorized:
                    raise
                if not error.conflict and not error.not_found:
                    raise _refused(entry, error) from None
            meta = await self.look(kind, entry)
        raise ObjectError(
            Reason.CONFLICT, f"{ref_of(entry)} changes too fast to be taken over safely: tried again later"
        )

    async def _send(self, kind: Kind, entry: ManagedObject, meta: Meta, moving: Moving) -> None:
        others = [Owner(self._owner.hub, name).manager for name in v006.ids(meta) if moving(name)]
        answer = await self._client.send(
            "PATCH",
            kind.path(entry.namespace, entry.name),
            body=encode(v006.migration(meta, [self._owner.manager, *others])),
            content_type=MERGE_PATCH,
            accept=METADATA_ONLY,
        )
        self._observed.note(kind, decode(answer, LiveObject))


def _refused(entry: ManagedObject, error: ApiError) -> ObjectError:
    reason = meaning(error)
    said = masked(str(error), ref_of(entry)) if entry.kind != "Secret" else error.reason
    return ObjectError(reason, f"{ref_of(entry)} cannot be taken over from the first Vidra ({error.code}): {said}")
