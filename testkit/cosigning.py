"""Signs artifacts of a registry as cosign does with a key."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from testkit.parts.oci_registry import OciRegistry

LAYER = "application/vnd.dev.cosign.simplesigning.v1+json"
ARTIFACT = "application/vnd.dev.cosign.artifact.sig.v1+json"


class Cosigner:
    """Somebody with a key, as `cosign generate-key-pair` makes one."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public(self) -> str:
        """The public key, in PEM."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    async def sign(
        self,
        registry: OciRegistry,
        name: str,
        digest: str,
        *,
        about: str = "",
        referrer: bool = False,
        spoil: bool = False,
    ) -> None:
        """Store a signature beside an artifact.

        Args:
            digest: Of the artifact's manifest.
            about: The digest that is signed, if it is another one.
            referrer: Store it as a referrer, and not under a tag.
            spoil: Change what was signed afterwards.
        """
        text = self._text(about or digest)
        signature = base64.b64encode(self._key.sign(text, ec.ECDSA(hashes.SHA256()))).decode()
        stored = text.replace(b"optional", b"Optional") if spoil else text
        layer = {
            "mediaType": LAYER,
            "digest": f"sha256:{hashlib.sha256(stored).hexdigest()}",
            "size": len(stored),
            "annotations": {"dev.cosignproject.cosign/signature": signature},
        }
        fields: dict[str, Any] = {"layers": [layer]}
        tag = digest.replace(":", "-") + ".sig"
        if referrer:
            fields |= {"artifactType": ARTIFACT, "subject": {"digest": digest}}
            tag = "a-referrer"
        await registry.push(name, tag, [(LAYER, stored)], fields)

    @staticmethod
    def _text(digest: str) -> bytes:
        """What cosign signs."""
        image = {"docker-manifest-digest": digest}
        critical = {
            "identity": {"docker-reference": "registry.example.com/team/manifests"},
            "image": image,
            "type": "cosign container image signature",
        }
        return json.dumps({"critical": critical, "optional": None}, separators=(",", ":")).encode()
