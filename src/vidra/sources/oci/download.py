"""The one layer of an artifact, got anew only if its tag names another manifest."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from yarl import URL

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason
from vidra.api.sources import OciSource
from vidra.api.typed_json import UnreadableError, decode
from vidra.sources.downloaded import State
from vidra.sources.limits import SourceLimits
from vidra.sources.oci.manifest import DIGEST, MANIFESTS, Layer, the_layer
from vidra.sources.oci.registry import Registry
from vidra.sources.oci.tags import Tags, newest_tag, next_page
from vidra.sources.protocol import SourceError
from vidra.sources.sandboxed import Spool
from vidra.sources.transport.limits import MIB
from vidra.sources.transport.messages import Answer
from vidra.sources.transport.refusals import READ

_ACCEPT = ", ".join(MANIFESTS)
_MOST_PAGES = 50


class OciDownload:
    """The layer of one spec."""

    def __init__(self, spec: OciSource, registry: Registry, limits: SourceLimits) -> None:
        self._spec = spec
        self._registry = registry
        self._limits = limits

    async def update(self, known: State | None, spool: Spool) -> State | None:
        """Write the layer down; None, without writing, if it is the known one.

        Raises:
            SourceError: It cannot be had, or is not what was announced.
        """
        if known is not None and known.marker == self._spec.digest:
            return None
        tag = await self._tag()
        digest = self._spec.digest or await self._digest(tag)
        revision = f"{tag}@{digest}" if tag else digest
        if known is not None and (known.marker, known.revision) == (digest, revision):
            return None
        await self._layer(the_layer(await self._manifest(digest), f"{self._spec.url} ({revision})"), spool)
        return State(digest, revision)

    async def _tag(self) -> str:
        if self._spec.semver:
            return newest_tag(await self._tags(), self._spec.semver, self._spec.url)
        return self._spec.tag or ("" if self._spec.digest else "latest")

    async def _tags(self) -> list[str]:
        found: list[str] = []
        path = "tags/list?n=1000"
        for _ in range(_MOST_PAGES):
            answer = await self._registry.send(self._registry.request("GET", path, 4 * MIB))
            if answer.status != 200:
                raise self._registry.refused(answer, f"there is no repository at {self._spec.url}")
            try:
                found += decode(answer.body, Tags).tags or ()
            except UnreadableError as error:
                raise self._broken(f"its list of tags cannot be read: {error}") from None
            following = next_page(answer.headers.get("link", ""), URL(self._registry.repository.base))
            if following is None:
                return found
            path = following
        raise self._broken("its list of tags has no end")

    async def _digest(self, tag: str) -> str:
        """The digest that a tag names now."""
        path = f"manifests/{quote(tag, safe='')}"
        answer = await self._registry.send(self._registry.request("HEAD", path, MIB, Accept=_ACCEPT))
        found = answer.headers.get("docker-content-digest", "")
        if answer.status == 200 and DIGEST.fullmatch(found):
            return found
        answer = await self._registry.send(self._registry.request("GET", path, 4 * MIB, Accept=_ACCEPT))
        self._expect(answer, f"tag {tag}")
        return f"sha256:{hashlib.sha256(answer.body).hexdigest()}"

    async def _manifest(self, digest: str) -> bytes:
        path = f"manifests/{digest}"
        answer = await self._registry.send(self._registry.request("GET", path, 4 * MIB, Accept=_ACCEPT))
        self._expect(answer, f"manifest {digest}")
        self._verify(hashlib.sha256(answer.body).hexdigest(), digest, "manifest")
        return answer.body

    def _expect(self, answer: Answer, what: str) -> None:
        if answer.status == 404:
            message = f"{self._spec.url} has no {one_line(what, 200)}; what is applied stays"
            hint = "" if self._registry.origin.credential else " (or shows it only to those who have credentials)"
            raise SourceError(Reason.REF_NOT_FOUND, f"{message}{hint}")
        if answer.status != 200:
            raise self._registry.refused(answer, "")

    async def _layer(self, layer: Layer, spool: Spool) -> None:
        if layer.size > self._limits.received:
            raise self._limits.exceeded("received", f"the layer of {self._spec.url} has more bytes")
        digest = hashlib.sha256()
        request = self._registry.request("GET", f"blobs/{layer.digest}", min(layer.size, self._limits.received))
        async with self._registry.stream(request, self._limits.download) as streamed:
            if streamed.status != 200:
                raise self._registry.refused(await streamed.start(READ), f"{self._spec.url} lacks its own layer")
            async for chunk in streamed.chunks():
                digest.update(chunk)
                spool.write(chunk)
        self._verify(digest.hexdigest(), layer.digest, "layer")

    def _verify(self, found: str, wanted: str, what: str) -> None:
        if f"sha256:{found}" != wanted:
            message = f"{self._spec.url} gives a {what} with the digest sha256:{found} in place of {wanted}"
            raise SourceError(Reason.CHECKSUM_MISMATCH, f"{message}; it is not read")

    def _broken(self, why: str) -> SourceError:
        return SourceError(Reason.SOURCE_ERROR, f"{self._spec.url} does not answer as a registry does: {why}")
