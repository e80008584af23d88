"""Impersonates a ServiceAccount of the destination for a sync, in place of Vidra's own identity."""

from __future__ import annotations

import re

import msgspec

from vidra.api.policies import Policies
from vidra.api.reasons import Reason
from vidra.clusters.errors import ClusterError

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")
_NAMESPACE = re.compile(rf"(?=.{{1,63}}\Z){_LABEL}")


class Impersonation(msgspec.Struct, frozen=True):
    """A ServiceAccount of the destination's cluster."""

    namespace: str
    name: str

    @property
    def user(self) -> str:
        """Its user name at the API server."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The impersonation headers, with the groups that its token would have."""
        groups = ("system:serviceaccounts", f"system:serviceaccounts:{self.namespace}", "system:authenticated")
        return ("Impersonate-User", self.user), *(("Impersonate-Group", group) for group in groups)


def impersonation_of(policies: Policies) -> Impersonation | None:
    """The ServiceAccount that a spec names; None when it names none.

    An invalid name is refused: a request without an identity would be sent as Vidra.

    Raises:
        ClusterError: The name is incomplete or invalid.
    """
    name, namespace = policies.service_account_name, policies.service_account_namespace
    if name is None and namespace is None:
        return None
    for field, value, pattern in (
        ("serviceAccountName", name, _NAME),
        ("serviceAccountNamespace", namespace, _NAMESPACE),
    ):
        if not value:
            raise _refused(f"spec.{field} is missing or empty: name the ServiceAccount and its namespace, or neither")
        if not pattern.fullmatch(value):
            raise _refused(f"spec.{field} is no name: lower-case letters, digits and '-', such as team-a")
    return Impersonation(namespace or "", name or "")


def _refused(message: str) -> ClusterError:
    return ClusterError(Reason.INVALID_SPEC, f"{message}. Nothing is sent")
