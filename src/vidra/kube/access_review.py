"""Asks an API server whether an account has a right (SelfSubjectAccessReview, SubjectAccessReview)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from vidra.kube.client import Client, encode
from vidra.kube.decode import decode

_GROUP = "authorization.k8s.io/v1"


class _Status(msgspec.Struct, frozen=True):
    allowed: bool = False


class _Review(msgspec.Struct, frozen=True):
    status: _Status = _Status()


async def is_allowed(client: Client, attributes: Mapping[str, str], *, user: str = "") -> bool:
    """Whether something may be done. It changes nothing, so a dry run asks as well.

    Args:
        attributes: What is to be done: `verb`, and `resource` with its `group`, `namespace`, `name` or `subresource`,
            or else a `path` that is no resource.
        user: Who is to do it; empty: the client's own account.

    Raises:
        KubeError: There is no answer, or the account may not ask.
    """
    spec: dict[str, Any] = {("nonResourceAttributes" if "path" in attributes else "resourceAttributes"): attributes}
    if user:
        spec["user"] = user
    kind = "SubjectAccessReview" if user else "SelfSubjectAccessReview"
    body = encode({"apiVersion": _GROUP, "kind": kind, "spec": spec})
    dry = {"dryRun": "All"} if client.rehearses else None
    answer = await client.send("POST", f"/apis/{_GROUP}/{kind.lower()}s", query=dry, body=body)
    return decode(answer, _Review).status.allowed
