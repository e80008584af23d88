"""Creates and updates the VidraResource of one artifact."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec

from vidra.api.meta import Meta, OwnerReference
from vidra.api.names import (
    API_VERSION,
    CLUSTER_HASH_LABEL,
    RESOURCE_FINALIZER,
    RESOURCE_PLURAL,
    SYNC_LABEL,
)
from vidra.api.policies import Policies
from vidra.api.reasons import Reason
from vidra.api.resource import Announcement, Content, ResourceSpec, VidraResource
from vidra.api.sync import Destination, Sync
from vidra.api.times import rfc3339
from vidra.apply.field_owner import hashed
from vidra.controllers.runtime.content_store import ContentStore
from vidra.controllers.runtime.context import place_of
from vidra.controllers.runtime.status_patch import difference, path_of
from vidra.controllers.sync.artifacts.diff import artifact_of, is_lost, stored_marker
from vidra.controllers.sync.artifacts.names import resource_name
from vidra.controllers.sync.destinations.targets import Target
from vidra.controllers.sync.rendering.texts import Text
from vidra.kube.client import Client, encode
from vidra.kube.errors import ApiError
from vidra.kube.operations import create, merge_patch
from vidra.kube.store import Store
from vidra.sources.protocol import Listing, SourceError

_ROOT = f"/apis/{API_VERSION}/{RESOURCE_PLURAL}"


Announce = Callable[[str, ResourceSpec], Awaitable[Announcement | None]]
"""Returns what a VidraResource with this name and spec is about to apply; None when that is not known."""


class ResourceWriter:
    """Writes the VidraResources of one sync.

    Args:
        existing: Those that the sync has.
        announce: Called for each that is created.
    """

    def __init__(
        self,
        client: Client,
        content: ContentStore,
        resources: Store[VidraResource],
        sync: Sync,
        existing: Iterable[VidraResource],
        *,
        announce: Announce,
    ) -> None:
        self._client = client
        self._content = content
        self._resources = resources
        self._sync = sync
        self._announce = announce
        self._names: dict[str, list[str]] = {}
        for item in existing:
            self._names.setdefault(artifact_of(item), []).append(item.metadata.name)

    async def save(self, draft: Content, text: bytes) -> Content:
        """Store a text; the VidraResources of several clusters share it.

        Args:
            draft: What `content_of` says about it.

        Raises:
            KubeError: It could not be written.
        """
        for item in self._of(draft.artifact_id):
            if is_lost(item) and item.spec.content and item.spec.content.checksum == draft.checksum:
                await self._content.discard(self._sync.key, item.spec.content)
        return await self._content.save(self._sync.key, self._key(draft.artifact_id), draft, text)

    def stored(self, artifact: str, wanted: Callable[[str], bool]) -> Content | None:
        """The stored text of an artifact, if another cluster has it already.

        Args:
            wanted: Whether it is the one, by its marker.
        """
        for item in self._of(artifact):
            if wanted(stored_marker(item, partial(self._content.has, self._sync.key))):
                return item.spec.content
        return None

    async def write(self, content: Content, target: Target, existing: VidraResource | None) -> bool:
        """Have a text applied at a destination; True if the VidraResource is new.

        The text is stored before anything refers to it. Earlier texts are deleted when nothing refers to them any more.

        Raises:
            SourceError: A VidraResource with the name exists and is not this sync's.
            KubeError: It could not be written.
        """
        if existing is None:
            name = self.name(content.artifact_id, target.place)
            spec = self._spec(name, content, target)
            announced = await self._announce(name, spec)
            return await self._create(name, msgspec.structs.replace(spec, announced=announced), target)
        spec = self._spec(existing.metadata.name, content, target)
        # If a text is stored again under the same name, the spec is unchanged: the patch has to trigger another try.
        await self._update(existing, spec, again=is_lost(existing))
        return False

    def name(self, artifact: str, place: str) -> str:
        """Name of the VidraResource for an artifact at a destination, if there is none yet."""
        return resource_name(self._sync.key, artifact, place)

    async def collect_garbage(self, content: Content) -> None:
        """Delete the earlier texts of an artifact that nothing refers to any more.

        Raises:
            KubeError: They could not be deleted.
        """
        used = {
            name for item in self._of(content.artifact_id) if item.spec.content for name in item.spec.content.secrets
        }
        key = self._key(content.artifact_id)
        await self._content.delete_others(self._sync.key, key, used | set(content.secrets))

    async def keep(self, existing: VidraResource, target: Target) -> None:
        """Write a changed destination or option of the sync; no request when nothing differs.

        Raises:
            KubeError: It could not be written.
        """
        assert existing.spec.content is not None
        spec = self._spec(existing.metadata.name, existing.spec.content, target)
        await self._update(existing, spec)

    def differs(self, existing: VidraResource, target: Target) -> bool:
        """Whether `keep` would write anything but a seal."""
        content = existing.spec.content
        return content is None or bool(_patch(existing, spec_for(self._sync, content, target.destination)))

    def _of(self, artifact: str) -> list[VidraResource]:
        names = self._names.get(artifact, ())
        return [item for name in names if (item := self._resources.get(name)) is not None]

    def _key(self, artifact: str) -> str:
        """The name under which an artifact's text is stored: that of its only VidraResource, or what that would be."""
        only = next((item for item in self._of(artifact) if not place_of(item)), None)
        return only.metadata.name if only else resource_name(self._sync.key, artifact)

    def _spec(self, name: str, content: Content, target: Target) -> ResourceSpec:
        """The spec that the sync decides, sealed for one VidraResource."""
        return spec_for(self._sync, self._content.sealed(name, content, target.destination), target.destination)

    async def _create(self, name: str, spec: ResourceSpec, target: Target) -> bool:
        place = {CLUSTER_HASH_LABEL: target.place} if target.place else {}
        resource = VidraResource(
            metadata=Meta(
                name=name,
                labels={SYNC_LABEL: hashed(self._sync.key), **place},
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
            await self._update(await self._there_already(resource), spec)
            return False
        return True

    async def _there_already(self, wanted: VidraResource) -> VidraResource:
        """The existing VidraResource of the name: this sync's own, if another write was faster than the informer.

        Raises:
            SourceError: It is not this sync's, or is being deleted.
            KubeError: It cannot be read.
        """
        name = wanted.metadata.name
        found = await self._client.get(f"{_ROOT}/{name}", VidraResource)
        if found.metadata.deletion_timestamp:
            raise SourceError(
                Reason.WAITING_FOR_DELETION,
                f"the VidraResource {name} is being deleted: it is recreated after that",
            )
        owners = {(owner.kind, owner.name, owner.uid) for owner in found.metadata.owner_references}
        ours = {(owner.kind, owner.name, owner.uid) for owner in wanted.metadata.owner_references}
        if not ours <= owners or not wanted.metadata.labels.items() <= found.metadata.labels.items():
            raise SourceError(
                Reason.NOT_OWNED,
                f"a VidraResource {name} exists and is not of this sync: delete it, or rename the sync",
            )
        self._resources.changed(found)
        return found

    async def _update(self, existing: VidraResource, spec: ResourceSpec, *, again: bool = False) -> None:
        """Write what the sync decides, where it differs."""
        patch = _patch(existing, spec, again=again)
        if not patch:
            return
        body = {"metadata": {"uid": existing.metadata.uid}, "spec": patch}
        self._resources.changed(await merge_patch(self._client, path_of(existing), body, VidraResource))


def _patch(existing: VidraResource, spec: ResourceSpec, *, again: bool = False) -> dict[str, Any]:
    """The changes of a spec; fields that only a person sets stay, and what is announced as long as it counts."""
    spec = msgspec.structs.replace(
        spec,
        announced=existing.spec.announced,
        reconciled_at=rfc3339(datetime.now(UTC)) if again else existing.spec.reconciled_at,
        interval=existing.spec.interval,
        suspend=existing.spec.suspend,
    )
    patch = difference(msgspec.to_builtins(existing.spec), msgspec.to_builtins(spec))
    return {**patch, "announced": None} if patch and existing.has_status else patch


def spec_for(sync: Sync, content: Content, destination: Destination) -> ResourceSpec:
    """The spec that a sync decides for an artifact's VidraResource at one destination."""
    return ResourceSpec(
        destination=destination,
        content=content,
        allow_empty=sync.spec.takes_empty,
        **policies(sync.spec),
    )


def content_of(listing: Listing, artifact: str, made: Text) -> Content:
    """What is noted of a text, except where it is stored."""
    checksum = hashlib.md5(made.text, usedforsecurity=False).hexdigest()
    return Content(
        artifact_id=artifact,
        checksum=checksum,
        secrets=(),
        size=len(made.text),
        marker="" if made.marker == checksum else made.marker,
        revision=listing.revision,
        author=listing.author,
    )


def policies(spec: Policies) -> dict[str, Any]:
    """The fields that a sync and its VidraResources have in common."""
    return {name: getattr(spec, name) for name in Policies.__struct_fields__}


def _owner(sync: Sync) -> OwnerReference:
    return OwnerReference(
        api_version=API_VERSION,
        kind=sync.kind,
        name=sync.metadata.name,
        uid=sync.metadata.uid,
        controller=True,
        block_owner_deletion=True,
    )
