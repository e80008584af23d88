"""The one layer of an artifact, got anew only if its tag names another manifest."""

from __future__ import annotations

from vidra.api.sources import OciSource
from vidra.sources.downloaded import State
from vidra.sources.oci.artifact import Artifact
from vidra.sources.oci.manifest import the_layer
from vidra.sources.oci.signed import Signatures
from vidra.sources.oci.tags import newest_tag
from vidra.sources.sandboxed import Spool


class OciDownload:
    """The layer of one spec.

    Args:
        signatures: Of the manifest, if it has to be signed.
    """

    def __init__(self, spec: OciSource, artifact: Artifact, signatures: Signatures | None = None) -> None:
        self._spec = spec
        self._signatures = signatures
        self._artifact = artifact

    async def update(self, known: State | None, spool: Spool) -> State | None:
        """Write the layer down; None, without writing, if it is the known one.

        Raises:
            SourceError: It cannot be had, or is not what was announced.
        """
        if known is not None and known.marker == self._spec.digest:
            await self._verify_signature(known.marker, known.revision)
            return None
        tag = await self._tag()
        digest = self._spec.digest or await self._artifact.digest(tag)
        revision = f"{tag}@{digest}" if tag else digest
        await self._verify_signature(digest, revision)
        if known is not None and (known.marker, known.revision) == (digest, revision):
            return None
        layer = the_layer(await self._artifact.manifest(digest), f"{self._spec.url} ({revision})")
        await self._artifact.layer(layer, spool.write)
        return State(digest, revision)

    async def _verify_signature(self, digest: str, revision: str) -> None:
        """Check the signature of a manifest; it is read, as its layer is, only if it has the digest that was signed.

        Raises:
            SourceError: It has to be signed, and is not.
        """
        if self._signatures is not None:
            await self._signatures.verify(digest, revision)

    async def _tag(self) -> str:
        if self._spec.semver:
            return newest_tag(await self._artifact.tags(), self._spec.semver, self._spec.url)
        return self._spec.tag or ("" if self._spec.digest else "latest")
