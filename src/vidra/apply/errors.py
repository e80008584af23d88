"""Turns an API server's refusal of one object into a problem that a person can read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from vidra.api.reasons import Reason
from vidra.apply.message_masking import masked
from vidra.apply.refusals import ENDS_BY_ITSELF, meaning
from vidra.common.text import command_line
from vidra.kube.errors import ApiError, Cause
from vidra.manifests import Ref


class ObjectError(Exception):
    """One object could not be applied or removed; the others continue.

    Attributes:
        reason: From the closed set.
        absent: The API server said that nothing was written, and no object of Vidra's existed before.
    """

    def __init__(self, reason: Reason, message: str, *, absent: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        self.absent = absent


def refused(
    ref: Ref, error: ApiError, body: Mapping[str, Any], *, fresh: bool, creatable: str = "", hint: str = ""
) -> ObjectError:
    """The problem for a refused apply.

    Args:
        body: What was sent; none of its values is repeated.
        fresh: Vidra has never applied this object, so a definite refusal means that no object of Vidra's exists.
        creatable: The namespace that `createNamespace` would create.
        hint: The end of the message: what was meant.
    """
    reason = meaning(error)
    # What is retried soon keeps its entry: to remove it and write it ahead again would be two writes for each try.
    passing = reason in ENDS_BY_ITSELF or error.transient or error.code == 408 or error.code >= 500
    said = _said(ref, error, body, reason) + _way_out(ref, error, reason, creatable) + hint
    message = "; ".join((f"{ref}: {said}", *getattr(error, "__notes__", ())))
    return ObjectError(reason, message, absent=fresh and not passing)


def not_owned(ref: Ref, why: str = "Vidra did not create it") -> ObjectError:
    """The object belongs to somebody else."""
    return ObjectError(
        Reason.NOT_OWNED,
        f"{ref} exists and {why}: left alone. Delete it, take it out of the artifact, or see spec.adoption",
        absent=True,
    )


def never_taken(ref: Ref, why: str) -> ObjectError:
    """The object belongs to somebody else, and no policy allows to adopt it."""
    return ObjectError(Reason.PROTECTED, f"{ref} exists and is never taken over: {why}", absent=True)


def left_alone(ref: Ref) -> ObjectError:
    """The other owners of an object left at the same moment, and the prune limit did not count it."""
    return ObjectError(
        Reason.PROGRESSING, f"{ref} stays for now: its other owners left it too, and pruneLimit has to count it first"
    )


def not_described(ref: Ref, why: str) -> ObjectError:
    """The object may be joined, but its content may not be set by the manifest."""
    return ObjectError(Reason.PROTECTED, f"{ref} is refused: {why}")


def contested(ref: Ref, why: str, *, fresh: bool) -> ObjectError:
    """Another owner keeps a field.

    Args:
        fresh: Vidra has never applied this object, and nothing was written now.
    """
    return ObjectError(Reason.CONFLICT, f"{ref}: {why}", absent=fresh)


def unchangeable(ref: Ref, fields: Iterable[str], hint: str, *, fresh: bool) -> ObjectError:
    """The change touches immutable fields.

    Args:
        fresh: Vidra has never applied this object, and nothing was written now.
    """
    return ObjectError(
        Reason.IMMUTABLE, f"{ref}: cannot be changed: {', '.join(fields)}. Undo the change{hint}", absent=fresh
    )


def being_deleted(ref: Ref, finalizers: Collection[str] = ()) -> ObjectError:
    """The object exists but is being deleted."""
    held = f" (kept by the finalizers {', '.join(finalizers)})" if finalizers else ""
    return ObjectError(Reason.WAITING_FOR_DELETION, f"{ref} is being deleted{held}; applied again after that")


def wanted_soon(ref: Ref, manager: str, *, limited: bool) -> ObjectError:
    """The object is no longer wanted here, but another owner has announced it and not applied it yet.

    Args:
        limited: It acts as another account, so this owner does not wait for long.
    """
    until = ", or half of deletionTimeout is over" if limited else ""
    return ObjectError(
        Reason.WAITING_FOR_DELETION, f"{ref} is not removed before {manager} has applied it, as it is about to{until}"
    )


def not_removed(ref: Ref, error: ApiError) -> ObjectError:
    """The problem for a refused removal."""
    passing = meaning(error) in ENDS_BY_ITSELF
    said = f"{error.code}): {masked(str(error), ref)}" if ref.kind != "Secret" else f"{error.brief})"
    message = f"{ref} could not be removed ({said}. Tried again later"
    return ObjectError(Reason.REFUSED_FOR_NOW if passing else Reason.PRUNE_FAILED, message)


def _blamed(cause: Cause) -> str:
    """A field, with the other manager if it is a conflict: neither is secret."""
    return f"{cause.field} ({cause.message})" if cause.reason == "FieldManagerConflict" else cause.field


_RBAC = re.compile(r'[\w.]+ ("[^"]*" )?is forbidden: User "[^"]*" cannot \w+ resource ')
"""How the API server's authorizer begins: such a message is about rights, never about the object's values."""


def _said(ref: Ref, error: ApiError, body: Mapping[str, Any], reason: Reason) -> str:
    if ref.kind == "Secret" and reason is not Reason.FORBIDDEN:
        # The API server quotes a wrong value, which may be the secret itself.
        fields = ", ".join(sorted({_blamed(cause) for cause in error.causes if cause.field}))
        return f"the API server refused it ({error.brief})" + (f", fields: {fields}" if fields else "")
    return str(error) if _RBAC.match(str(error)) else masked(str(error), ref, body)


def _way_out(ref: Ref, error: ApiError, reason: Reason, creatable: str) -> str:
    if reason is Reason.NAMESPACE_MISSING and error.not_found:
        also = ", or set destination.createNamespace" if ref.namespace == creatable else ""
        return f": create the namespace ({command_line('kubectl', 'create', 'namespace', ref.namespace)}){also}"
    if reason is Reason.NAMESPACE_MISSING:
        return ": the namespace is being deleted; applied as soon as it exists again"
    if reason is Reason.QUOTA_EXCEEDED:
        return ": raise the quota, or make room; tried again by itself"
    return ": tried again by itself" if reason is Reason.REFUSED_FOR_NOW else ""
