"""What an Infrahub says is wrong: its two shapes of error body, as one short text."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from vidra.api.hidden import hidden
from vidra.api.words import one_line
from vidra.manifests.foreign import LINE, UnreadableError, as_text, decode
from vidra.sources.infrahub.answer import Answer


class _Body(msgspec.Struct):
    errors: object = None
    detail: object = None


def complaint(answer: Answer) -> str | None:
    """The message of an error that Infrahub itself sent; None for any other body."""
    if not answer.is_json:
        return None
    try:
        body = decode(answer.body, _Body)
    except UnreadableError:
        return None
    if body.errors:
        return told(body.errors, answer.secrets)
    return told(body.detail, answer.secrets) if isinstance(body.detail, list) and body.detail else None


def told(errors: object, secrets: Collection[str]) -> str:
    """The messages of a list of errors, without what they repeat of secrets; a message may itself be an object."""
    found = errors if isinstance(errors, list) else [errors]
    return one_line("; ".join(hidden(_message(error), secrets, 4 * LINE) for error in found[:3]), LINE)


def _message(error: object) -> str:
    while isinstance(error, dict) and (error.get("message") or error.get("msg")):
        error = error.get("message") or error.get("msg")
    return error if isinstance(error, str) else as_text(error)
