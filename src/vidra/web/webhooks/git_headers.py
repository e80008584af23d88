"""Who signed a call of a Git server: GitHub, Gitea, Forgejo and GitLab, each in its own way: pure.

GitHub, Gitea and Forgejo sign the body as it is (HMAC-SHA256, in hex). GitLab signs as the Standard Webhooks say, or
sends the key itself (`X-Gitlab-Token`), which is weaker: whoever sees one call knows it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable

import msgspec
from multidict import CIMultiDictProxy

from vidra.web.webhooks.headers import SignatureHeaders, parse_headers
from vidra.web.webhooks.keys import Key
from vidra.web.webhooks.result import Refused, Result
from vidra.web.webhooks.signature import signers

_ID = re.compile("[A-Za-z0-9_-]{1,128}")
_HEX = re.compile("[0-9a-f]{64}")
_STANDARD_KEY = b"whsec_"
LONGEST_TOKEN = 1024


class GitClaim(msgspec.Struct, frozen=True):
    """What the headers of a call say, before anything of it is believed."""

    id: str
    event: str
    digest: str = ""
    """HMAC of the body, in hex."""
    token: str = ""
    standard: SignatureHeaders | None = None


def parse_git_headers(headers: CIMultiDictProxy[str], now: float) -> GitClaim:
    """The claim of a call.

    Raises:
        Refused: The headers are not those of a Git server, or it was not signed just now.
    """
    if event := headers.get("X-Gitlab-Event"):
        id_ = _id(headers.get("X-Gitlab-Event-UUID", ""))
        if "webhook-signature" in headers:
            return GitClaim(id_, event, standard=parse_headers(headers, now))
        return GitClaim(id_, event, token=headers.get("X-Gitlab-Token", "")[:LONGEST_TOKEN])
    for event, id_, signature in (
        ("X-Gitea-Event", "X-Gitea-Delivery", "X-Gitea-Signature"),
        ("X-GitHub-Event", "X-GitHub-Delivery", "X-Hub-Signature-256"),
    ):
        if event in headers:
            digest = headers.get(signature, "").removeprefix("sha256=")
            if not _HEX.fullmatch(digest):
                raise Refused(Result.MALFORMED, 400, f"the header {signature} is missing: set a secret for the webhook")
            return GitClaim(_id(headers.get(id_, "")), headers[event], digest)
    raise Refused(Result.MALFORMED, 400, "the headers are not those of GitHub, GitLab, Gitea or Forgejo")


def git_signers(claim: GitClaim, body: bytes, keys: Iterable[Key]) -> tuple[Key, ...]:
    """The keys that match; all are compared, each in constant time."""
    if claim.standard is not None:
        known = {key: _decoded(key) for key in keys}
        matching = signers(claim.standard, body, known.values())
        return tuple(key for key, decoded in known.items() if decoded in matching)
    if claim.digest:
        right = ((key, hmac.digest(key.secret, body, hashlib.sha256).hex()) for key in keys)
        return tuple([key for key, digest in right if hmac.compare_digest(digest, claim.digest)])
    return tuple([key for key in keys if hmac.compare_digest(key.secret, claim.token.encode())])


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise Refused(Result.MALFORMED, 400, "the header with the id of the call is missing, or not of its form")
    return text


def _decoded(key: Key) -> Key:
    """The key as the Standard Webhooks write it: base64 behind `whsec_`."""
    if not key.secret.startswith(_STANDARD_KEY):
        return key
    try:
        secret = base64.b64decode(key.secret.removeprefix(_STANDARD_KEY), validate=True)
    except (binascii.Error, ValueError):
        return key
    return msgspec.structs.replace(key, secret=secret)
