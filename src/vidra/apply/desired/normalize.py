"""Rewrites a field that a server accepts but does not store (stringData), so that it can be owned."""

from __future__ import annotations

import base64
from typing import Any

from vidra.manifests import Ref


def plain(body: dict[str, Any], ref: Ref) -> dict[str, Any]:
    """The body of an object, with a Secret's stringData as data.

    Server-side apply would own only the stringData: a key that is removed from it would stay in the Secret for ever,
    and drift of a value would never be noticed. A value that is no text is left for the API server to refuse.
    """
    texts, data = body.get("stringData"), body.get("data") or {}
    if ref.kind != "Secret" or ref.api_version != "v1" or not isinstance(texts, dict) or not isinstance(data, dict):
        return body
    if not all(isinstance(text, str) for text in texts.values()):
        return body
    kept = {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
    return {**{key: value for key, value in body.items() if key != "stringData"}, "data": {**data, **kept}}
