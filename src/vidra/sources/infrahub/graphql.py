"""GraphQL documents that Vidra itself writes: where they go, and what comes back."""

from __future__ import annotations

from typing import Any

import msgspec
from yarl import URL

from vidra.api.reasons import Reason
from vidra.api.typed_json import UnreadableError, decode
from vidra.sources.infrahub.errors import not_infrahub, told
from vidra.sources.protocol import SourceError
from vidra.sources.transport.messages import Answer


class _Body(msgspec.Struct):
    data: dict[str, Any] | None = None
    errors: object = None


def document_url(base: str) -> URL:
    """Where documents are sent."""
    return URL(f"{base}/graphql")


def read_document(answer: Answer, base: str) -> dict[str, Any]:
    """The data of an answer.

    Raises:
        SourceError: There is none, or errors beside it.
    """
    try:
        body = decode(answer.body, _Body) if answer.is_json else _Body()
    except UnreadableError:
        body = _Body()
    if body.errors:
        raise _refused(answer, base, told(body.errors, answer.secrets))
    if answer.status != 200 or body.data is None:
        raise not_infrahub(answer, base)
    return body.data


def _refused(answer: Answer, base: str, said: str) -> SourceError:
    if answer.status == 423:
        message = f"{base} writes nothing while it merges a branch: {said}; try again when that has ended"
        return SourceError(Reason.INFRAHUB_ERROR, message)
    if answer.status == 403 or "permission" in said.lower():
        message = f"{base} forbids this to the account: {said}; name another one, or give it the permission"
        return SourceError(Reason.UNAUTHORIZED, message)
    return SourceError(Reason.INFRAHUB_ERROR, f"{base} refuses: {said}")
