"""Makes the VidraResource of one artifact, or brings it up to date."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from vidra.api.meta import Meta, OwnerReference
from vidra.api.names import API_VERSION, RESOURCE_FINALIZER, RESOURCE_PLURAL, SYNC_KIND, SYNC_LABEL
from vidra.api.policies import Policies
from vidra.api.reasons import Reason
from vidra.api.resource import Content, ResourceSpec, VidraResource
from vidra.api.sync import InfrahubSync
from vidra.api.times import rfc3339
from vidra.apply.owner import hashed
from vidra.controllers.content import ContentStore
from vidra.controllers.status import difference, path_of
from vidra.controllers.sync.decide import is_lost
from vidra.controllers.sync.names import resource_name
from vidra.kube.client import Client, encode
from vidra.kube.errors import ApiError
from vidra.kube.store import Store
from vidra.kube.verbs import create, merge_patch
from vidra.sources.protocol import Artifact, SourceError

_ROOT = f"/apis/{API_VERSION}/{RESOURCE_PLURAL}"


class Builder:
    """Writes the VidraResources of one sync."""

    def __init__(
        self, client: Client, content: ContentStore, resources: Store[VidraResource], sync: InfrahubSync
    ) -> None:
        self._client = client
        self._content = content
        self._resources = resources
        self._sync = sync

    async def store(self, artifact: Artifact, text: bytes, existing: VidraResource | None) -> bool:
        """Keep a text and have it applied; True if the VidraResource is new.

        The text is stored before anything refers to it, and earlier ones go only when nothing refers to them any more.

        Raises:
            SourceError: The name belongs to a VidraResource that is not of this sync.
            KubeError: It could not be written.
        """
        assert artifact.checksum is not None
        name = existing.metadata.name if existing else resource_name(self._sync.metadata.name, artifact.id)
        lost = existing is not None and is_lost(existing)
        if lost:
            await self._content.drop(resource=name)
        content = await self._content.save(self._sync.metadata.name, name, artifact.id, artifact.checksum, text)
        spec = self._spec(content)
        if existing is None:
            return await self._create(name, spec)
        # A text that is back under the same name changes nothing in the spec: say that it is worth another try.
        await self._update(existing, spec, again=lost)
        await self._content.drop_others(name, artifact.checksum)
        return False

    async def keep(self, existing: VidraResource) -> None:
        """Carry a changed destination or option of the sync over; nothing is written when nothing differs.

        Raises:
            KubeError: It could not be written.
        """
        assert existing.spec.content is not None
        await self._update(existing, self._spec(existing.spec.content))

    def _spec(self, content: Content) -> ResourceSpec:
        return ResourceSpec(
            destination=self._sync.spec.destination,
            content=content,
            allow_empty=self._sync.spec.allow_empty,
            **policies(self._sync.spec),
        )

    async def _create(self, name: str, spec: ResourceSpec) -> bool:
        resource = VidraResource(
            metadata=Meta(
                name=name,
                labels={SYNC_LABEL: hashed(self._sync.metadata.name)},
                finalizers=(RESOURCE_FINALIZER,),
                owner_references=(_owner(self._sync),),
            ),
            spec=spec,
        )
        try:
            self._resources.changed(await create(self._client, _ROOT, encode(resource), VidraResource))
        except ApiError as error:
            if not error.conflict:
                raise
            message = f"a VidraResource {name} exists and is not of this sync (or is being deleted): delete it"
            raise SourceError(Reason.NOT_OWNED, message) from None
        return True

    async def _update(self, existing: VidraResource, spec: ResourceSpec, *, again: bool = False) -> None:
        """What the sync decides is written; what a person set on the VidraResource stays."""
        spec = msgspec.structs.replace(
            spec,
            reconciled_at=rfc3339(datetime.now(UTC)) if again else existing.spec.reconciled_at,
            interval=existing.spec.interval,
            suspend=existing.spec.suspend,
        )
        patch: dict[str, Any] = difference(msgspec.to_builtins(existing.spec), msgspec.to_builtins(spec))
        if not patch:
            return
        body = {"metadata": {"uid": existing.metadata.uid}, "spec": patch}
        self._resources.changed(await merge_patch(self._client, path_of(existing), body, VidraResource))


def policies(spec: Policies) -> dict[str, Any]:
    """The fields that a sync and its VidraResources have in common."""
    return {name: getattr(spec, name) for name in Policies.__struct_fields__}


def _owner(sync: InfrahubSync) -> OwnerReference:
    return OwnerReference(
        api_version=API_VERSION,
        kind=SYNC_KIND,
        name=sync.metadata.name,
        uid=sync.metadata.uid,
        controller=True,
        block_owner_deletion=True,
    )
