"""What a repository of a registry holds: tags, manifests and layers, each verified by its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from urllib.parse import quote

from yarl import URL

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason
from vidra.api.typed_json import UnreadableError, decode
from vidra.sources.limits import SourceLimits
from vidra.sources.oci.manifest import ACCEPT, DIGEST, Layer
from vidra.sources.oci.registry import Registry
from vidra.sources.oci.tags import Tags, next_page
from vidra.sources.protocol import SourceError
from vidra.sources.transport.limits import MIB
from vidra.sources.transport.messages import Answer
from vidra.sources.transport.refusals import READ

_MOST_PAGES = 50


class Artifact:
    """The artifacts at one address.

    Args:
        url: As a person wrote it.
    """

    def __init__(self, url: str, registry: Registry, limits: SourceLimits) -> None:
        self.url = url
        self._registry = registry
        self._limits = limits

    async def tags(self) -> list[str]:
        """All tags.

        Raises:
            SourceError: They cannot be had.
        """
        found: list[str] = []
        path = "tags/list?n=1000"
        for _ in range(_MOST_PAGES):
            answer = await self._registry.send(self._registry.request("GET", path, 4 * MIB))
            if answer.status != 200:
                raise self._registry.refused(answer, f"there is no repository at {self.url}")
            try:
                found += decode(answer.body, Tags).tags or ()
            except UnreadableError as error:
                raise self._broken(f"its list of tags cannot be read: {error}") from None
            following = next_page(answer.headers.get("link", ""), URL(self._registry.repository.base))
            if following is None:
                return found
            path = following
        raise self._broken("its list of tags has no end")

    async def digest(self, tag: str) -> str:
        """The digest that a tag names now.

        Raises:
            SourceError: There is no such tag.
        """
        path = f"manifests/{quote(tag, safe='')}"
        answer = await self._registry.send(self._registry.request("HEAD", path, MIB, Accept=ACCEPT))
        found = answer.headers.get("docker-content-digest", "")
        if answer.status == 200 and DIGEST.fullmatch(found):
            return found
        answer = await self._registry.send(self._registry.request("GET", path, 4 * MIB, Accept=ACCEPT))
        self._expect(answer, f"tag {tag}")
        return f"sha256:{hashlib.sha256(answer.body).hexdigest()}"

    async def manifest(self, digest: str) -> bytes:
        """The manifest of a digest.

        Raises:
            SourceError: It cannot be had, or is another one.
        """
        path = f"manifests/{digest}"
        answer = await self._registry.send(self._registry.request("GET", path, 4 * MIB, Accept=ACCEPT))
        self._expect(answer, f"manifest {digest}")
        self._verify(hashlib.sha256(answer.body).hexdigest(), digest, "manifest")
        return answer.body

    async def layer(self, layer: Layer, write: Callable[[bytes], object]) -> None:
        """Write a layer down, piece by piece.

        Raises:
            SourceError: It cannot be had, or is another one.
        """
        if layer.size > self._limits.received:
            raise self._limits.exceeded("received", f"the layer of {self.url} has more bytes")
        digest = hashlib.sha256()
        request = self._registry.request("GET", f"blobs/{layer.digest}", min(layer.size, self._limits.received))
        async with self._registry.stream(request, self._limits.download) as streamed:
            if streamed.status != 200:
                raise self._registry.refused(await streamed.start(READ), f"{self.url} lacks its own layer")
            async for chunk in streamed.chunks():
                digest.update(chunk)
                write(chunk)
        self._verify(digest.hexdigest(), layer.digest, "layer")

    def _expect(self, answer: Answer, what: str) -> None:
        if answer.status == 404:
            message = f"{self.url} has no {one_line(what, 200)}; what is applied stays"
            hint = "" if self._registry.origin.credential else " (or shows it only to those who have credentials)"
            raise SourceError(Reason.REF_NOT_FOUND, f"{message}{hint}")
        if answer.status != 200:
            raise self._registry.refused(answer, "")

    def _verify(self, found: str, wanted: str, what: str) -> None:
        if f"sha256:{found}" != wanted:
            message = f"{self.url} gives a {what} with the digest sha256:{found} in place of {wanted}"
            raise SourceError(Reason.CHECKSUM_MISMATCH, f"{message}; it is not read")

    def _broken(self, why: str) -> SourceError:
        return SourceError(Reason.SOURCE_ERROR, f"{self.url} does not answer as a registry does: {why}")
