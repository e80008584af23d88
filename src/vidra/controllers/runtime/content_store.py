"""The texts that syncs fetched, kept in Secrets of Vidra's own namespace: they may be large, and may hold secrets.

The Secrets are immutable. Their names follow from the VidraResource and the checksum: the same text is stored once, and
a new text never overwrites the one that is still applied.

Invariants: a text is given only to a VidraResource whose seal is right (`vidra.controllers.runtime.content_seal`), from
the cache as well. For a sync, only Secrets with its own label are deleted. What else a VidraResource says proves
nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Iterable
from typing import Any

import msgspec

from vidra.api.names import CHECKSUM_LABEL, RESOURCE_LABEL, STAMP, SYNC_LABEL
from vidra.api.reasons import Reason
from vidra.api.resource import Content, VidraResource
from vidra.api.sync import Destination
from vidra.apply.field_owner import hashed
from vidra.controllers.runtime.content_cache import Text, TextCache
from vidra.controllers.runtime.content_chunks import (
    ContentError,
    chunk_in,
    chunks_of,
    is_as_stored,
    labels_of,
    named_well,
    names_of,
    secret_of,
    whole,
)
from vidra.controllers.runtime.content_seal import is_sealed, new_stamp, sealed
from vidra.controllers.runtime.event_loop import run_in_thread_if_large
from vidra.kube.client import Client, encode
from vidra.kube.errors import ApiError
from vidra.kube.operations import create, delete, delete_all
from vidra.kube.run_all import together
from vidra.kube.store import Index, Store
from vidra.kube.types import PartialObjectMetadata, Secret


class ContentRefused(ContentError):  # noqa: N818 - what happened
    """A VidraResource names a stored text that was not given to it."""

    reason = Reason.CONTENT_REFUSED


def kept_for(kept: PartialObjectMetadata) -> str:
    """The sync that a Secret holds a text for, by the hash of its name."""
    return kept.metadata.labels.get(SYNC_LABEL, "")


class ContentStore:
    """Texts by VidraResource and checksum.

    Args:
        kept: Their Secrets, indexed by `kept_for`.
    """

    def __init__(self, client: Client, namespace: str, kept: Store[PartialObjectMetadata]) -> None:
        self._client = client
        self._namespace = namespace
        self._kept = kept
        self._by_resource = Index(kept, lambda item: (kept_for(item), item.metadata.labels.get(RESOURCE_LABEL)))
        self._root = f"/api/v1/namespaces/{namespace}/secrets"
        self._cache = TextCache()

    async def save(self, sync: str, resource: str, draft: Content, text: bytes) -> Content:
        """Store a text; returns its reference.

        Args:
            resource: Name of the VidraResource that it is for, or a name for all that share it.
            draft: The reference as it is before the text is stored.

        Raises:
            KubeError: It could not be written.
        """
        checksum = draft.checksum
        chunks = await run_in_thread_if_large(len(text), lambda: chunks_of(text))
        content = msgspec.structs.replace(draft, secrets=names_of(resource, checksum, len(chunks)), size=len(text))
        labels = labels_of(sync, resource, checksum)
        stamp = self._stamp(content) or new_stamp()
        parts = zip(content.secrets, chunks, strict=True)
        await together(self._write(secret_of(name, labels, stamp, chunk)) for name, chunk in parts)
        self._cache.remember(content, Text(stamp, text))
        return content

    def cached(self, content: Content) -> bytes | None:
        """A text, if that needs no request."""
        found = self._cache.get(content)
        return found.text if found else None

    def has(self, sync: str, content: Content) -> bool:
        """Whether a text of a sync is still stored, by the labels of its Secrets."""
        labels = {(SYNC_LABEL, hashed(sync)), (CHECKSUM_LABEL, content.checksum)}
        found = [self._kept.get(name, self._namespace) for name in content.secrets]
        return all(item is not None and labels <= item.metadata.labels.items() for item in found) and bool(
            self._stamp(content)
        )

    def sealed(self, name: str, content: Content, destination: Destination) -> Content:
        """The reference of a text for a VidraResource at a destination; without a seal when the text is not stored."""
        stamp = self._stamp(content)
        return sealed(stamp, name, content, destination) if stamp else msgspec.structs.replace(content, seal="")

    def vouches(self, resource: VidraResource) -> bool:
        """Whether a sync gave a VidraResource the text that it names; False also when the text is not stored."""
        content = resource.spec.content
        return content is not None and _is_given(self._stamp(content), resource)

    def check(self, resource: VidraResource) -> None:
        """Check a VidraResource before anything else is done, as far as that needs no request.

        Raises:
            ContentRefused: The text that it names was not given to it, or not for this destination.
        """
        content = resource.spec.content
        if content is None:
            return
        stamp = self._stamp(content)
        if not named_well(content) or (stamp and not _is_given(stamp, resource)):
            raise ContentRefused(_refusal(resource))

    async def load(self, resource: VidraResource) -> bytes:
        """The text that a sync gave to a VidraResource.

        Raises:
            ContentRefused: It was not given to this one, or not for this destination.
            ContentError: It was deleted, or is not what was stored.
            KubeError: It cannot be read now.
        """
        self.check(resource)
        content = resource.spec.content
        assert content is not None
        found = self._cache.get(content) or await self._read(content)
        # The stored stamp decides, whatever the cache holds.
        if not _is_given(found.stamp, resource):
            raise ContentRefused(_refusal(resource))
        return found.text

    async def delete_others(self, sync: str, resource: str, wanted: Container[str]) -> None:
        """Delete what a sync stored for a VidraResource, or for all that share it, except these Secrets.

        Raises:
            KubeError: They could not be deleted.
        """
        await self._delete_all_but(self._by_resource.get((hashed(sync), hashed(resource))), wanted)

    async def tidy(self, sync: str, resources: Iterable[VidraResource]) -> None:
        """Delete stored texts of a sync that none of its VidraResources refers to; no request when there are none.

        Call this only after the sync was reconciled: a text is stored before the VidraResource refers to it. An earlier
        reconcile may have been aborted between the two, or before it deleted the old text.

        Raises:
            KubeError: They could not be deleted.
        """
        await self._delete_all_but(self._kept.group(hashed(sync)), _referred_to(resources))

    async def discard(self, sync: str, content: Content) -> None:
        """Delete a text of a sync that turned out to be damaged.

        Raises:
            KubeError: It could not be deleted.
        """
        self._cache.forget(content)
        labels = {(SYNC_LABEL, hashed(sync)), (CHECKSUM_LABEL, content.checksum)}
        for name in content.secrets:
            kept = self._kept.get(name, self._namespace)
            if kept is not None and labels <= kept.metadata.labels.items():
                await self._delete(kept)

    async def delete_for_resource(self, sync: str, resource: VidraResource, others: Iterable[VidraResource]) -> None:
        """Delete the text of a VidraResource that is being deleted, unless another one of its sync has the same.

        Raises:
            KubeError: It could not be deleted.
        """
        content = resource.spec.content
        if content is None or not self.vouches(resource):
            return
        shared = _referred_to(others)
        await self.delete_others(sync, resource.metadata.name, shared)
        if shared.isdisjoint(content.secrets):
            await self.discard(sync, content)

    async def delete_for_sync(self, sync: str) -> None:
        """Delete every text of a sync.

        Raises:
            KubeError: They could not be deleted.
        """
        await delete_all(self._client, self._root, f"{SYNC_LABEL}={hashed(sync)}")

    async def collect_garbage(self, resources: Iterable[VidraResource], concerns: Callable[[str], bool]) -> None:
        """Delete texts that no VidraResource refers to: left by a process that died between two writes.

        Call this only before their syncs are reconciled: a text is stored before the VidraResource refers to it.

        Args:
            concerns: Whether the texts of a sync are concerned, by the hash of its name.

        Raises:
            KubeError: They could not be deleted.
        """
        kept = (item for item in self._kept if concerns(kept_for(item)))
        await self._delete_all_but(kept, _referred_to(resources))

    async def _write(self, body: dict[str, Any]) -> None:
        """Ensure that a Secret is as it should be, whatever was stored under its name."""
        try:
            await self._create(body)
        except ApiError as error:
            if not error.conflict:
                raise
            await self._mend(body)

    async def _mend(self, body: dict[str, Any]) -> None:
        """An earlier reconcile got this far, or somebody else's object has the name."""
        path = f"{self._root}/{body['metadata']['name']}"
        found = await self._client.get(path, Secret)
        if is_as_stored(found, body):
            self._kept.changed(PartialObjectMetadata(found.metadata))
            return
        await delete(self._client, path, uid=found.metadata.uid)
        await self._create(body)

    async def _create(self, body: dict[str, Any]) -> None:
        # Known at once: the next reconcile must not take it for lost.
        self._kept.changed(await create(self._client, self._root, encode(body), PartialObjectMetadata))

    async def _delete_all_but(self, kept: Iterable[PartialObjectMetadata], wanted: Container[str]) -> None:
        for item in kept:
            if item.metadata.name not in wanted:
                await self._delete(item)

    async def _delete(self, item: PartialObjectMetadata) -> None:
        await delete(self._client, f"{self._root}/{item.metadata.name}", uid=item.metadata.uid)

    async def _read(self, content: Content) -> Text:
        found = await asyncio.gather(*(self._get(name) for name in content.secrets))
        chunks = [chunk_in(secret, content.checksum) for secret in found]
        text = await run_in_thread_if_large(content.size, lambda: whole(chunks, content.checksum))
        kept = Text(found[0].metadata.annotations.get(STAMP, ""), text)
        self._cache.remember(content, kept)
        return kept

    async def _get(self, name: str) -> Secret:
        try:
            return await self._client.get(f"{self._root}/{name}", Secret)
        except ApiError as error:
            if error.not_found:
                raise ContentError(f"the stored content is gone (Secret {name})") from None
            raise

    def _stamp(self, content: Content) -> str:
        """The stamp of a text; empty when it is not known."""
        kept = self._kept.get(content.secrets[0], self._namespace) if content.secrets else None
        if kept is not None:
            return kept.metadata.annotations.get(STAMP, "")
        cached = self._cache.get(content)
        return cached.stamp if cached else ""


def _referred_to(resources: Iterable[VidraResource]) -> set[str]:
    """The Secrets that hold the texts of VidraResources."""
    return {name for item in resources if item.spec.content for name in item.spec.content.secrets}


def _is_given(stamp: str, resource: VidraResource) -> bool:
    content = resource.spec.content
    return content is not None and is_sealed(stamp, resource.metadata.name, content, resource.spec.destination)


def _refusal(resource: VidraResource) -> str:
    place = resource.spec.destination.server or "this cluster"
    return (
        f"spec.content names a stored text that no sync gave to {resource.metadata.name} for {place}: only the "
        "sync that stored a text may refer to it. Use spec.manifest, or let the sync write this VidraResource"
    )
