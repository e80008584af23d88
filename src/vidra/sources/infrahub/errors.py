"""What an Infrahub says is wrong: its two shapes of error body, as one short text."""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec
from yarl import URL

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason
from vidra.api.redaction import hidden
from vidra.api.typed_json import LINE, UnreadableError, as_text, decode
from vidra.sources.infrahub.selection import Selection
from vidra.sources.protocol import LONGEST, SourceError
from vidra.sources.transport.failures import Peer
from vidra.sources.transport.messages import Answer
from vidra.sources.transport.places import shown
from vidra.sources.transport.retry import PASSING

PEER = Peer("Infrahub", Reason.INFRAHUB_UNREACHABLE, Reason.NOT_INFRAHUB)


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


def may_pass(answer: Answer) -> bool:
    """Whether the same request may get another answer soon."""
    if answer.status not in PASSING:
        return False
    # Infrahub's own 502 is a query that it cannot run; a gateway's 502 has no such body.
    return answer.status != 502 or complaint(answer) is None


_EARLY = re.compile(r"^Requested time .* is before ")
"""What Infrahub says of a moment at which the branch had not been made."""


def not_infrahub(answer: Answer, base: str, what: str = "") -> SourceError:
    """What answers is something else."""
    if 300 <= answer.status < 400:
        target = hidden(_target(answer.location), answer.secrets, LONGEST)
        what = f"it redirects to {target}, and redirects are not followed"
    kind = hidden(answer.content_type, answer.secrets, LONGEST)
    what = what or f"it answers {answer.status} with {complaint(answer) or kind}"
    return SourceError(
        Reason.NOT_INFRAHUB, f"{base} is not the address of an Infrahub: {what}; correct `infrahubAPIURL`"
    )


def login_refused(answer: Answer, base: str, username: str) -> SourceError:
    """The log-in gave no tokens."""
    said = complaint(answer)
    if _foreign(answer, said):
        return not_infrahub(answer, base)
    if answer.status in {400, 401, 403, 404, 422}:
        return SourceError(
            Reason.UNAUTHORIZED,
            f"{base} refuses the log-in of {username!r}: {said}; correct the Secret with its credentials",
        )
    return _trouble(answer, base, said)


def unauthorized(answer: Answer, base: str, who: str) -> SourceError:
    """The credential is refused where it is used."""
    said = complaint(answer)
    if _foreign(answer, said):
        return not_infrahub(answer, base)
    return SourceError(Reason.UNAUTHORIZED, f"{base} refuses {who}: {said}; correct the Secret with its credentials")


def query_refused(answer: Answer, base: str, selection: Selection) -> SourceError:
    """The stored query gave no list."""
    said = complaint(answer)
    if (common := _common(answer, base, selection, said)) is not None:
        return common
    if answer.status == 404:
        advice = "store it in Infrahub, or correct `queryName`"
        moment = ""
        if selection.at:
            moment = " at that moment"
            advice = f"choose a later `targetDate`, or if it is not there now either, {advice}"
        return SourceError(
            Reason.QUERY_NOT_FOUND, f"{base} has no such stored query{moment} ({selection}): {said}; {advice}"
        )
    if answer.status in {400, 422} or (answer.status == 502 and said is not None):
        return SourceError(
            Reason.QUERY_FAILED,
            f"{base} cannot run the stored query ({selection}): {said}; correct the query in Infrahub",
        )
    return _trouble(answer, base, said, selection)


def artifact_refused(answer: Answer, base: str, selection: Selection, artifact: str) -> SourceError:
    """The artifact's text is not to be had."""
    said = complaint(answer)
    if (common := _common(answer, base, selection, said)) is not None:
        return common
    if answer.status == 409 and said is not None:  # since 1.10 it looks at its own file first
        return SourceError(
            Reason.CHECKSUM_MISMATCH,
            f"{base} refuses to give the text of artifact {artifact} ({selection}): {said}; what is applied stays",
        )
    if answer.status in {400, 404, 410, 422}:
        return SourceError(
            Reason.ARTIFACT_NOT_FOUND,
            f"{base} does not give the text of artifact {artifact} ({selection}): {said}; "
            "if it was deleted, the next list will not hold it",
        )
    return _trouble(answer, base, said, selection, f"artifact {artifact}")


def _common(answer: Answer, base: str, selection: Selection, said: str | None) -> SourceError | None:
    """What any request with a branch and a moment can be answered."""
    if _foreign(answer, said):
        return not_infrahub(answer, base)
    if answer.status == 403:
        return SourceError(
            Reason.UNAUTHORIZED,
            f"{base} forbids this to Vidra's account ({selection}): {said}; give the account the permission",
        )
    if said is None:
        return None
    if answer.status == 400 and said.startswith("Branch:"):
        return branch_missing(base, selection)
    return _moment_refused(answer, base, selection, said)


def branch_missing(base: str, selection: Selection, hint: str = "") -> SourceError:
    """The branch does not exist.

    Args:
        hint: Which one may have been meant.
    """
    advice = ": create it, or change spec.source.targetBranch"
    if hint:
        advice = f"{hint} Correct spec.source.targetBranch, or create the branch"
    return SourceError(
        Reason.BRANCH_NOT_FOUND,
        f'{base} has no branch "{selection.branch}"{advice} '
        f"(query `{selection.query}`, artifact name `{selection.artifact_name}`)",
    )


def _moment_refused(answer: Answer, base: str, selection: Selection, said: str) -> SourceError | None:
    """What is wrong with the target date; None when it is something else."""
    if answer.status == 400 and said.startswith("Invalid time format"):
        return SourceError(
            Reason.INVALID_TARGET_DATE,
            f"{base} does not take the target date ({selection}): {said}; correct `targetDate`",
        )
    if _EARLY.search(said):  # a 422 since 1.9; before, an empty list or a 404
        return SourceError(
            Reason.INVALID_TARGET_DATE,
            f"{base} had no such branch at the target date ({selection}): {said}; choose a later `targetDate`. "
            "What is applied stays",
        )
    return None


def _foreign(answer: Answer, said: str | None) -> bool:
    """Whether no Infrahub answers like this; trouble on the server's side, or of a gateway, may look like anything."""
    if answer.status == 429 or answer.status >= 500:
        return False
    return said is None or said.startswith("The requested endpoint ")


def _trouble(
    answer: Answer,
    base: str,
    said: str | None,
    selection: Selection | None = None,
    what: str = "",
) -> SourceError:
    asked = ", ".join(str(part) for part in (what, selection) if part)
    advice = "it sheds load, and is asked again" if answer.status == 429 else "if it lasts, look into Infrahub's log"
    return SourceError(
        Reason.INFRAHUB_ERROR,
        f"{base} answers {answer.status}{f' ({asked})' if asked else ''}: {said or 'without a reason'}; {advice}",
        retry_after=answer.retry_after,
    )


def _target(location: str) -> str:
    try:
        return shown(URL(location)) or "nowhere"
    except ValueError:
        return "an unreadable address"
