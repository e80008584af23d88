"""The texts that syncs fetched, kept in Secrets of Vidra's own namespace: they may be large, and may hold secrets.

A text is gzipped and cut into immutable Secrets whose names follow from the VidraResource and the checksum, so that
writing the same text twice writes it once, and a new text never overwrites the one that is still applied.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import zlib
from collections import OrderedDict
from collections.abc import Callable, Container, Iterable

from vidra.api.names import CHECKSUM_LABEL, RESOURCE_LABEL, SYNC_LABEL
from vidra.api.resource import Content, VidraResource
from vidra.apply.owner import hashed
from vidra.controllers.offload import unhurried
from vidra.kube.client import Client, encode
from vidra.kube.core import Heading, Secret
from vidra.kube.errors import ApiError
from vidra.kube.store import Store
from vidra.kube.verbs import create, delete, delete_all

CHUNK = 700_000
"""Bytes of gzip in one Secret: with base64 below the API server's limit of 1 MiB for a Secret."""
CACHED = 32 << 20
"""Bytes of text that stay in memory between fetching and applying."""
TYPE = "infrahub.operators.com/content"


class ContentError(Exception):
    """A stored text is gone or damaged."""


class ContentStore:
    """Texts by VidraResource and checksum."""

    def __init__(self, client: Client, namespace: str, kept: Store[Heading]) -> None:
        self._client = client
        self._namespace = namespace
        self._kept = kept
        self._root = f"/api/v1/namespaces/{namespace}/secrets"
        self._cache: OrderedDict[str, bytes] = OrderedDict()
        self._cached = 0

    async def save(self, sync: str, resource: str, artifact: str, checksum: str, text: bytes) -> Content:
        """Keep a text and say where it is.

        Args:
            resource: Name of the VidraResource that it is for, or what stands for all of them that share it.

        Raises:
            KubeError: It could not be written.
        """
        packed = await unhurried(len(text), lambda: gzip.compress(text, 6, mtime=0))
        stem = f"vidra-{hashed(resource)}-{checksum[:12]}"
        chunks = [packed[start : start + CHUNK] for start in range(0, len(packed), CHUNK)]
        names = tuple(f"{stem}-{number}" for number in range(len(chunks)))
        labels = {SYNC_LABEL: hashed(sync), RESOURCE_LABEL: hashed(resource), CHECKSUM_LABEL: checksum}
        await asyncio.gather(*(self._write(name, labels, chunk) for name, chunk in zip(names, chunks, strict=True)))
        content = Content(artifact_id=artifact, checksum=checksum, secrets=names, size=len(text))
        self._remember(content, text)
        return content

    def has(self, content: Content) -> bool:
        """Whether a text is still there, as far as its Secrets' names tell."""
        return all(self._kept.get(name, self._namespace) for name in content.secrets)

    async def load(self, content: Content) -> bytes:
        """A text that was kept.

        Raises:
            ContentError: It is gone, or not what was kept.
            KubeError: It cannot be read now.
        """
        text = self._cache.get(_key(content))
        if text is None:
            chunks = await asyncio.gather(*(self._read(name) for name in content.secrets))
            text = await unhurried(content.size, lambda: _unpacked(b"".join(chunks), content.checksum))
            self._remember(content, text)
        return text

    async def drop_others(self, resource: str, wanted: Container[str]) -> None:
        """Forget every text that was kept for a VidraResource, or for all that share it, but what is in these Secrets.

        Raises:
            KubeError: They could not be deleted.
        """
        stands_for = hashed(resource)
        for item in self._kept:
            if item.metadata.labels.get(RESOURCE_LABEL) == stands_for and item.metadata.name not in wanted:
                await delete(self._client, f"{self._root}/{item.metadata.name}", uid=item.metadata.uid)

    async def discard(self, content: Content) -> None:
        """Forget a text that turned out to be damaged.

        Raises:
            KubeError: It could not be deleted.
        """
        self._forget(content)
        for name in content.secrets:
            if kept := self._kept.get(name, self._namespace):
                await delete(self._client, f"{self._root}/{name}", uid=kept.metadata.uid)

    async def leave(self, resource: VidraResource, others: Iterable[VidraResource]) -> None:
        """Forget the text of a VidraResource that goes, unless another one has the same.

        Raises:
            KubeError: It could not be deleted.
        """
        content = resource.spec.content
        shared = {name for item in others if item.spec.content for name in item.spec.content.secrets}
        await self.drop_others(resource.metadata.name, shared)
        if content is not None and shared.isdisjoint(content.secrets):
            await self.discard(content)

    async def drop(self, sync: str) -> None:
        """Forget every text of a sync.

        Raises:
            KubeError: They could not be deleted.
        """
        await delete_all(self._client, self._root, f"{SYNC_LABEL}={hashed(sync)}")

    async def sweep(self, resources: Iterable[VidraResource], concerns: Callable[[str], bool]) -> None:
        """Forget every text that no VidraResource refers to: what a process left that died between two writes.

        Only before their syncs are worked on: a text is written before what refers to it.

        Args:
            concerns: Whether this is about the texts of a sync, by the hash of its name.

        Raises:
            KubeError: They could not be deleted.
        """
        wanted = {name for item in resources if item.spec.content for name in item.spec.content.secrets}
        for item in self._kept:
            if item.metadata.name not in wanted and concerns(item.metadata.labels.get(SYNC_LABEL, "")):
                await delete(self._client, f"{self._root}/{item.metadata.name}", uid=item.metadata.uid)

    async def _write(self, name: str, labels: dict[str, str], chunk: bytes) -> None:
        body = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "labels": labels},
            "type": TYPE,
            "immutable": True,
            "data": {"content": base64.b64encode(chunk).decode()},
        }
        try:
            # Known at once: a pass that follows must not take it for lost.
            self._kept.changed(await create(self._client, self._root, encode(body), Heading))
        except ApiError as error:
            # The name says what is in it: an earlier pass got this far.
            if not error.conflict:
                raise

    async def _read(self, name: str) -> bytes:
        try:
            return (await self._client.get(f"{self._root}/{name}", Secret)).value("content")
        except ApiError as error:
            if error.not_found:
                raise ContentError(f"the stored content is gone (Secret {name})") from None
            raise
        except ValueError:
            raise ContentError(f"the stored content is damaged (Secret {name})") from None

    def _forget(self, content: Content) -> None:
        self._cached -= len(self._cache.pop(_key(content), b""))

    def _remember(self, content: Content, text: bytes) -> None:
        key = _key(content)
        self._cached += len(text) - len(self._cache.pop(key, b""))
        self._cache[key] = text
        while self._cached > CACHED:
            self._cached -= len(self._cache.popitem(last=False)[1])


def _unpacked(packed: bytes, checksum: str) -> bytes:
    try:
        text = gzip.decompress(packed)
    except (OSError, EOFError, zlib.error):
        raise ContentError("the stored content is damaged: it cannot be unpacked") from None
    if hashlib.md5(text, usedforsecurity=False).hexdigest() != checksum:
        raise ContentError("the stored content is damaged: its checksum is wrong")
    return text


def _key(content: Content) -> str:
    return content.secrets[0] if content.secrets else ""
