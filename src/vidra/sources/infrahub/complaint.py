"""What an Infrahub says is wrong: its two shapes of error body, as one short text."""

from __future__ import annotations

import msgspec

from vidra.sources.infrahub.answer import Answer

_SHOWN = 300
"""Characters of a complaint that a message repeats."""


class _Body(msgspec.Struct):
    errors: object = None
    detail: object = None


def complaint(answer: Answer) -> str | None:
    """The message of an error that Infrahub itself sent; None for any other body."""
    if not answer.is_json:
        return None
    try:
        body = msgspec.json.decode(answer.body, type=_Body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if body.errors:
        return told(body.errors)
    return told(body.detail) if isinstance(body.detail, list) and body.detail else None


def told(errors: object) -> str:
    """The messages of a list of errors; a message may itself be an object."""
    found = errors if isinstance(errors, list) else [errors]
    return short("; ".join(_message(error) for error in found[:3]))


def short(text: str) -> str:
    """One line of a bearable length."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def _message(error: object) -> str:
    while isinstance(error, dict) and (error.get("message") or error.get("msg")):
        error = error.get("message") or error.get("msg")
    return error if isinstance(error, str) else msgspec.json.encode(error).decode()
