"""What an API server's refusal of one object means to a person."""

from __future__ import annotations

from collections.abc import Iterable

from vidra.api.reasons import Reason
from vidra.apply.refusals import ENDS_BY_ITSELF, meaning
from vidra.kube.errors import ApiError, Cause
from vidra.manifests import Ref


class ObjectError(Exception):
    """One object could not be applied or removed; the others go on.

    Attributes:
        reason: From the closed set.
        absent: The API server said that nothing was written, and nothing of ours was there before.
    """

    def __init__(self, reason: Reason, message: str, *, absent: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        self.absent = absent


def refused(ref: Ref, error: ApiError, *, fresh: bool) -> ObjectError:
    """The problem behind a refused apply.

    Args:
        fresh: Vidra has never applied this object, so that a definite no means that it has none.
    """
    reason = meaning(error)
    message = "; ".join((f"{ref}: {_message(ref, error, reason)}", *getattr(error, "__notes__", ())))
    return ObjectError(reason, message, absent=fresh and not error.transient and error.code != 408)


def not_owned(ref: Ref, why: str = "Vidra did not create it") -> ObjectError:
    """The object is somebody else's."""
    return ObjectError(
        Reason.NOT_OWNED,
        f"{ref} exists and {why}: left alone. Delete it, take it out of the artifact, or see spec.adoption",
        absent=True,
    )


def never_taken(ref: Ref, why: str) -> ObjectError:
    """The object is somebody else's, and nothing allows to adopt it."""
    return ObjectError(Reason.PROTECTED, f"{ref} exists and is never taken over: {why}", absent=True)


def contested(ref: Ref, why: str, *, fresh: bool) -> ObjectError:
    """Another owner keeps a field.

    Args:
        fresh: Vidra has never applied this object, and nothing was written now.
    """
    return ObjectError(Reason.CONFLICT, f"{ref}: {why}", absent=fresh)


def unchangeable(ref: Ref, fields: Iterable[str], hint: str, *, fresh: bool) -> ObjectError:
    """The change touches fields that the API server does not let change.

    Args:
        fresh: Vidra has never applied this object, and nothing was written now.
    """
    return ObjectError(
        Reason.IMMUTABLE, f"{ref}: cannot be changed: {', '.join(fields)}. Undo the change{hint}", absent=fresh
    )


def being_deleted(ref: Ref) -> ObjectError:
    """The object is there but on its way out."""
    return ObjectError(Reason.WAITING_FOR_DELETION, f"{ref} is being deleted; applied again when it is gone")


def not_removed(ref: Ref, error: ApiError) -> ObjectError:
    """The problem behind a refused removal."""
    passing = meaning(error) in ENDS_BY_ITSELF
    said = str(error) if ref.kind != "Secret" else error.reason
    message = f"{ref} could not be removed ({error.code}): {said}. Tried again later"
    return ObjectError(Reason.REFUSED_FOR_NOW if passing else Reason.PRUNE_FAILED, message)


def _blamed(cause: Cause) -> str:
    """A field, with the other manager when it is a conflict: that much is no secret."""
    return f"{cause.field} ({cause.message})" if cause.reason == "FieldManagerConflict" else cause.field


def _message(ref: Ref, error: ApiError, reason: Reason) -> str:
    return _said(ref, error, reason) + _way_out(error, reason)


def _said(ref: Ref, error: ApiError, reason: Reason) -> str:
    if ref.kind == "Secret" and reason is not Reason.FORBIDDEN:
        # The API server quotes what it does not like, and here that may be the secret itself.
        fields = ", ".join(sorted({_blamed(cause) for cause in error.causes if cause.field}))
        return f"the API server refused it ({error.code} {error.reason})" + (f", fields: {fields}" if fields else "")
    return str(error)


def _way_out(error: ApiError, reason: Reason) -> str:
    if reason is Reason.NAMESPACE_MISSING and error.not_found:
        return ": create the namespace, or set destination.createNamespace"
    if reason is Reason.NAMESPACE_MISSING:
        return ": the namespace is being deleted; applied as soon as it is there again"
    if reason is Reason.QUOTA_EXCEEDED:
        return ": raise the quota, or make room; tried again by itself"
    return ": tried again by itself" if reason is Reason.REFUSED_FOR_NOW else ""
