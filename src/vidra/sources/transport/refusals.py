"""An answer other than what was asked for, in words: pure."""

from __future__ import annotations

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason
from vidra.api.redaction import hidden
from vidra.api.typed_json import LINE
from vidra.sources.credentials import Credential, missing, source_place
from vidra.sources.protocol import SourceError
from vidra.sources.transport.messages import Answer

READ = 2_000
"""Bytes of such an answer that are looked at."""


def refused(answer: Answer, what: str, credential: Credential | None, *, absent: str = "") -> SourceError:
    """Why there is not what was asked for.

    Args:
        what: The address, as a person wrote it.
        absent: What to say of a 404.
    """
    place = source_place(what)
    if answer.status == 401 and credential is None and place is not None:
        return missing(place, "asks who Vidra is")
    if answer.status == 401 or (answer.status == 403 and not _limited(answer)):
        who = f"the credentials of the Secret {credential.secret}" if credential else "Vidra, which has no credentials"
        return SourceError(Reason.UNAUTHORIZED, f"{what} refuses {who}{_said(answer)}")
    if answer.status in {404, 410}:
        hint = "" if credential else ", or shows it only to those who have credentials"
        return SourceError(Reason.SOURCE_NOT_FOUND, f"{absent or f'there is nothing at {what}'}{hint}{_said(answer)}")
    if answer.status == 429 or _limited(answer):
        message = f"{what} asks Vidra to come back later ({answer.status}){_said(answer)}"
        return SourceError(Reason.SOURCE_ERROR, message, retry_after=answer.retry_after)
    message = f"{what} answers {answer.status}{_said(answer)}"
    return SourceError(Reason.SOURCE_ERROR, message, retry_after=answer.retry_after)


def _limited(answer: Answer) -> bool:
    """Whether a 403 is about too many requests, as some servers mean it."""
    return answer.status == 403 and (
        answer.retry_after is not None or answer.headers.get("x-ratelimit-remaining") == "0"
    )


def _said(answer: Answer) -> str:
    """What the server says about it, if that is a short text."""
    if answer.content_type not in {"text/plain", "application/json"} or not answer.body:
        return ""
    text = one_line(hidden(answer.body[:READ].decode(errors="replace"), answer.secrets, 4 * LINE), LINE)
    return f": {text}" if text else ""
