"""What an API server's refusals mean, in one table: which need a person, and which end by themselves.

Invariant: the reason `Refused` is used only for what stays refused until somebody changes the object, a policy or a
right. What may be accepted unchanged later has its own reason (`ENDS_BY_ITSELF`), counts as progress, and is retried
soon.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from vidra.api.reasons import Reason
from vidra.kube.errors import ApiError

ENDS_BY_ITSELF = frozenset(
    {
        Reason.KIND_UNKNOWN,
        Reason.NAMESPACE_MISSING,
        Reason.QUOTA_EXCEEDED,
        Reason.REFUSED_FOR_NOW,
        Reason.WAITING_FOR_DELETION,
    }
)
"""Reasons of refused objects that can be applied unchanged, once something else in the cluster has changed."""

_POLLED = frozenset({Reason.QUOTA_EXCEEDED, Reason.REFUSED_FOR_NOW})
"""Those for which no watch reports the end."""
SHORTEST = 5.0
"""Seconds between retries of what has no watch, after the first few failed."""
PER_OBJECT = 0.5
"""Seconds that each of many such objects adds: together they send a cluster at most two requests a second."""


class _Row(NamedTuple):
    reason: Reason
    codes: frozenset[int]
    """HTTP status; empty: any."""
    says: re.Pattern[str]
    """Found in the message, or in the reason of one of its causes."""


def _row(reason: Reason, says: str = "", *codes: int) -> _Row:
    return _Row(reason, frozenset(codes), re.compile(says))


_TABLE = (
    # Namespaces and kinds that do not exist yet
    _row(Reason.NAMESPACE_MISSING, r"^NamespaceTerminating$|because it is being terminated$", 403),
    _row(Reason.NAMESPACE_MISSING, r"\bnamespaces \"[^\"]*\" not found", 404),
    _row(Reason.KIND_UNKNOWN, r"custom resource definition is terminating$", 403, 405),
    _row(Reason.WAITING_FOR_DELETION, r"object is being deleted", 403, 409, 422),
    # Webhooks and policies: a denial is about the object, an unavailable webhook is not
    _row(Reason.REFUSED, r"^admission webhook \"[^\"]*\" denied the request", *range(400, 429)),
    _row(Reason.REFUSED_FOR_NOW, r"failed calling webhook|conversion webhook for .* failed"),
    _row(Reason.REFUSED, r"Policy '[^']*' with binding '[^']*' denied request: (?!failed to configure|no params)"),
    # Rights: quota and admission use 403 as well; only RBAC's own words mean RBAC
    _row(Reason.FORBIDDEN, r"(?i)\buser \".*?\" (\(groups=.*\) is attempting to grant|cannot \S+)", 403),
    _row(Reason.QUOTA_EXCEEDED, r"exceeded quota: |insufficient quota to ", 403),
    # What an admission plugin looks for and does not find yet
    _row(
        Reason.REFUSED_FOR_NOW,
        r"status unknown for quota|not yet ready to handle request|not yet synced|error looking up service account"
        r"|no PriorityClass with name|RuntimeClass .* not found|denied request: (failed to configure|no params)",
        403,
        422,
    ),
    # A role that a binding names, for example; without a name the path itself is unknown
    _row(Reason.REFUSED_FOR_NOW, r" \"[^\"]*\" not found$", 404),
    _row(Reason.KIND_UNKNOWN, "", 404),
    # Another write at the same moment: to a quota, or to the object
    _row(Reason.REFUSED_FOR_NOW, r"the object has been modified", 409),
    # Said with 500, and true as long as the object does not change: its types, its size, its managers
    _row(
        Reason.REFUSED, r"^failed to (create|convert|update|encode|decode) |request is too large|larger than max", 500
    ),
    _row(Reason.REFUSED, r"field not declared in schema", 500),
    # The API server or its store: overload, a new etcd leader, an aggregated API that is unavailable
    _row(Reason.REFUSED_FOR_NOW, "", 408, 429, *range(500, 600)),
)
"""The first matching row decides; without a match, the object is refused."""


def meaning(error: ApiError) -> Reason:
    """The reason for a refused apply or removal."""
    said = (str(error), *(cause.reason for cause in error.causes))
    for row in _TABLE:
        if (not row.codes or error.code in row.codes) and any(row.says.search(text) for text in said):
            return row.reason
    return Reason.CONFLICT if error.conflict else Reason.REFUSED


def pause(reasons: Iterable[str], longest: float) -> float | None:
    """Seconds until a retry of objects that were refused for now; None when nothing ends by itself.

    Args:
        reasons: The reasons of all problems.
        longest: Longest wait in seconds: where a watch reports the end, and for very many objects.
    """
    found = [reason for reason in reasons if reason in ENDS_BY_ITSELF]
    polled = sum(reason in _POLLED for reason in found)
    if polled:
        return min(longest, max(SHORTEST, polled * PER_OBJECT))
    return longest if found else None
