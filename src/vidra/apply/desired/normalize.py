"""Fields that a server only ever takes, written as those that it keeps: what is not kept cannot be held."""

from __future__ import annotations

import base64
from typing import Any

from vidra.manifests import Ref


def plain(body: dict[str, Any], ref: Ref) -> dict[str, Any]:
    """The body of an object, with a Secret's stringData as data.

    Server-side apply would hold the stringData alone: a key that leaves it would stay in the Secret for good, and a
    value that somebody changes would never be missed. What is no text stays for the API server to refuse.
    """
    texts, data = body.get("stringData"), body.get("data") or {}
    if ref.kind != "Secret" or ref.api_version != "v1" or not isinstance(texts, dict) or not isinstance(data, dict):
        return body
    if not all(isinstance(text, str) for text in texts.values()):
        return body
    kept = {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
    return {**{key: value for key, value in body.items() if key != "stringData"}, "data": {**data, **kept}}
