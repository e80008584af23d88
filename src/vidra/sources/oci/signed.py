"""Finds the signatures of an artifact in its registry, and has them verified.

cosign stores them beside the artifact, under a tag that is made of its digest; or, as the newer specification says, as
referrers of its manifest. What was found is kept, so that a poll with nothing changed asks for nothing, and verifies it
all the same: a key that was taken away counts no more.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import UTC, datetime

import msgspec

from vidra.api.sources import OciSource
from vidra.api.typed_json import UnreadableError, decode
from vidra.sources.memory import Memory
from vidra.sources.oci.manifest import ACCEPT, DIGEST
from vidra.sources.oci.registry import Registry
from vidra.sources.signatures.cosign import Claim, check
from vidra.sources.signatures.keys import Keys, library
from vidra.sources.signatures.ssh import SignatureError
from vidra.sources.transport.limits import MIB

_LAYER = "application/vnd.dev.cosign.simplesigning.v1+json"
_ARTIFACT = "application/vnd.dev.cosign.artifact.sig.v1+json"
_SIGNATURE = "dev.cosignproject.cosign/signature"
_MOST = 50
"""Signatures of one artifact that are looked at."""
_LONGEST = 65_536
"""Bytes of what one signs."""


class _Layer(msgspec.Struct, rename="camel"):
    media_type: str = ""
    digest: str = ""
    size: int = 0
    annotations: dict[str, str] = {}


class _Manifest(msgspec.Struct):
    layers: tuple[_Layer, ...] = ()


class _Referrer(msgspec.Struct, rename="camel"):
    digest: str = ""
    artifact_type: str = ""


class _Index(msgspec.Struct):
    manifests: tuple[_Referrer, ...] = ()


class Found(msgspec.Struct, frozen=True):
    """The signatures that were found of one artifact."""

    digest: str
    claims: tuple[Claim, ...]


class Signatures:
    """Those of what one spec names.

    Args:
        keys: That count now.
        memory: What was found last, by the spec.
    """

    def __init__(self, spec: OciSource, registry: Registry, keys: Keys, memory: Memory[OciSource, Found]) -> None:
        self._spec = spec
        self._registry = registry
        self._keys = keys
        self._memory = memory

    async def verify(self, digest: str, revision: str) -> None:
        """Check that a key that counts signed an artifact.

        Args:
            digest: Of its manifest.
            revision: The same for people.

        Raises:
            SourceError: None did, or the signatures cannot be had.
        """
        library()
        now, known = datetime.now(UTC), self._memory.get(self._spec)
        try:
            if known is not None and known.digest == digest:
                check(known.claims, digest, self._keys.keys, now)
                return
        except SignatureError:
            pass  # somebody may have signed it since
        found = Found(digest, tuple(await self._claims(digest)))
        self._memory.put(self._spec, found)
        try:
            check(found.claims, digest, self._keys.keys, now)
        except SignatureError as error:
            raise self._keys.failed(f"{revision} of {self._spec.url}", str(error)) from None

    async def _claims(self, digest: str) -> list[Claim]:
        """All signatures of an artifact.

        Raises:
            SourceError: The registry does not say which there are.
        """
        layers = await self._layers(f"manifests/{digest.replace(':', '-')}.sig")
        for referrer in await self._referrers(digest):
            layers += await self._layers(f"manifests/{referrer}")
        found = [await self._claim(layer) for layer in layers[:_MOST]]
        return [claim for claim in found if claim]

    async def _referrers(self, digest: str) -> list[str]:
        body = await self._get(f"referrers/{digest}")
        try:
            index = decode(body, _Index) if body else _Index()
        except UnreadableError:
            return []  # a registry without referrers answers in many ways
        found = [item.digest for item in index.manifests if item.artifact_type == _ARTIFACT]
        return [item for item in found if DIGEST.fullmatch(item)][:_MOST]

    async def _layers(self, path: str) -> list[_Layer]:
        body = await self._get(path)
        try:
            layers = decode(body, _Manifest).layers if body else ()
        except UnreadableError:
            return []
        return [layer for layer in layers if layer.media_type == _LAYER and DIGEST.fullmatch(layer.digest)]

    async def _claim(self, layer: _Layer) -> Claim | None:
        """What a layer says, and its signature; None when it is not what it is announced to be."""
        try:
            signature = base64.b64decode(layer.annotations.get(_SIGNATURE, ""), validate=True)
        except binascii.Error:
            return None
        if not signature or not 0 < layer.size <= _LONGEST:
            return None
        text = await self._get(f"blobs/{layer.digest}")
        right = f"sha256:{hashlib.sha256(text).hexdigest()}" == layer.digest
        return Claim(text, signature) if right else None

    async def _get(self, path: str) -> bytes:
        """The body of an answer; empty when there is no such thing.

        Raises:
            SourceError: The registry refuses, or does not answer.
        """
        answer = await self._registry.send(self._registry.request("GET", path, MIB, Accept=ACCEPT))
        if answer.status in {400, 404, 405}:
            return b""
        if answer.status != 200:
            raise self._registry.refused(answer, "")
        return answer.body
