"""What can go wrong between Vidra and an API server.

KubeError
 ├─ UnreachableError           no answer: refused, reset, timed out, TLS
 │   ├─ RequestCancelledError  nobody waits for it any more: the server is known to be away
 │   └─ UnintelligibleError    an answer that is not what an API server says
 │       └─ TooLargeAnswerError one that is larger than any such answer
 └─ ApiError                   an answer that is not 2xx
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

TOLD = 16_384
"""Characters of an API server's message that are used."""


LONGEST_WAIT = 86_400
"""Longest Retry-After in seconds that is respected."""


class Cause(msgspec.Struct, frozen=True, rename="camel"):
    """metav1.StatusCause: one field of the object and what is wrong with it."""

    reason: str = ""
    message: str = ""
    field: str = ""


class Details(msgspec.Struct, frozen=True, rename="camel"):
    """metav1.StatusDetails."""

    causes: tuple[Cause, ...] = ()
    retry_after_seconds: int = 0
    uid: str = ""


class Status(msgspec.Struct, frozen=True):
    """metav1.Status: a refusal of the API server."""

    message: str = ""
    reason: str = ""
    details: Details | None = None
    code: int = 0

    def without(self, secrets: Collection[str]) -> Status:
        """The same without the secrets that were sent, so that a message may repeat it."""
        from vidra.api.redaction import hidden  # noqa: PLC0415 - a command that is not refused does not wait for it

        details = self.details or Details()
        causes = tuple(
            Cause(*(hidden(text, secrets, TOLD) for text in (cause.reason, cause.message, cause.field)))
            for cause in details.causes
        )
        return msgspec.structs.replace(
            self,
            message=hidden(self.message, secrets, TOLD),
            reason=hidden(self.reason, secrets, TOLD),
            details=msgspec.structs.replace(details, causes=causes),
        )


_TOO_LARGE = ("request is too large", "larger than max")
"""The words of etcd, and of its client, about a value that they do not accept."""


def why(error: BaseException) -> str:
    """Why no answer arrived, for a person: the system's own words, without those of a library around them."""
    cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    if verdict := getattr(cause, "verify_message", ""):
        return f"its certificate is not trusted ({verdict}): check certificate-authority-data of the kubeconfig"
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__


class KubeError(Exception):
    """Any failure of a request to an API server."""


class UnreachableError(KubeError):
    """No answer arrived. What the server did is not known."""


class RequestCancelledError(UnreachableError):
    """The server turned out to be unavailable meanwhile: a retry is useless."""


class UnintelligibleError(UnreachableError):
    """The answer is not from an API server: a proxy's page, a cut text, or a malicious one."""


class TooLargeAnswerError(UnintelligibleError):
    """The answer is larger than what was asked for can be; its end was not read."""


class ApiError(KubeError):
    """The API server refused.

    Attributes:
        code: HTTP status.
        reason: metav1.StatusReason (`NotFound`, `Conflict`, `Invalid`, …); empty if the body was none.
        causes: The fields the server complained about.
        retry_after: Seconds the server asks to wait; 0 if it did not.
    """

    def __init__(self, code: int, status: Status, retry_after: float = 0) -> None:
        super().__init__(status.message or f"the API server answered {code}")
        self.code = code
        self.reason = status.reason
        self.causes = status.details.causes if status.details else ()
        asked = retry_after or (status.details.retry_after_seconds if status.details else 0)
        self.retry_after = float(min(max(asked, 0), LONGEST_WAIT))

    @property
    def brief(self) -> str:
        """Code and reason, which repeat nothing of the object."""
        return f"{self.code} {self.reason}".rstrip()

    @property
    def not_found(self) -> bool:
        """404: the object, or the kind's whole path, does not exist."""
        return self.code == 404

    @property
    def unserved(self) -> bool:
        """The kind's whole path does not exist (a 404 that is no Status), or creates nothing (405): no CRD."""
        return self.code == 405 or (self.code == 404 and not self.reason)

    @property
    def absent(self) -> bool:
        """404 about the object itself: the answer for a path that is not served has no reason."""
        return self.code == 404 and self.reason == "NotFound"

    @property
    def conflict(self) -> bool:
        """409: a precondition failed, a field has another owner, or the object exists already.

        An apply with the UID of another object than the one that is there is a 422 about just that field.
        """
        return self.code == 409 or (self.code == 422 and any(cause.field == "metadata.uid" for cause in self.causes))

    @property
    def unauthorized(self) -> bool:
        """401: the server does not accept the credentials, for any request."""
        return self.code == 401

    @property
    def forbidden(self) -> bool:
        """403: the server knows the identity and does not allow this request."""
        return self.code == 403

    @property
    def too_large(self) -> bool:
        """The object is larger than the server accepts (413), or than etcd behind it does, which is a 500."""
        return self.code == 413 or (self.code == 500 and any(words in str(self) for words in _TOO_LARGE))

    @property
    def transient(self) -> bool:
        """Whether the same request may succeed later."""
        return self.code in {429, 500, 502, 503, 504}
