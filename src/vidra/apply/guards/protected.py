"""What no sync may own in Vidra's own cluster, under whatever URL: one table, each row with its reason.

Who may write an artifact must not be able to stop Vidra, to use another identity, or to change what Vidra applies.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from vidra.api.names import (
    CLI,
    CLUSTER_LABEL,
    CONFIG_LABEL,
    CONFIG_VALUE,
    GROUP,
    INFRAHUB_LABEL,
    KEYS_LABEL,
    MANIFESTS_LABEL,
    SOURCE_LABEL,
    VALUES_LABEL,
    WEBHOOK_KEY_LABEL,
)
from vidra.apply.desired.object import DesiredObject
from vidra.apply.guards.admission import ADMISSION, reached
from vidra.kube.partial_metadata import LiveMeta
from vidra.manifests import Ref

RBAC = "rbac.authorization.k8s.io"
_SERVED = frozenset({GROUP, "", "coordination.k8s.io", "apiextensions.k8s.io"})
"""API groups that Vidra itself needs: who serves them controls Vidra's own objects."""
_TELLING = {CLUSTER_LABEL, INFRAHUB_LABEL, SOURCE_LABEL, KEYS_LABEL, WEBHOOK_KEY_LABEL}
"""Labels of Secrets that Vidra takes credentials or keys from."""
_FROM_IT = "Vidra takes credentials from such Secrets, and only a person may give it any"
_CHART = re.compile(r"vidra-\d.*")
"""Name and version, as the chart's `helm.sh/chart` has them."""
_SETTINGS = "Vidra takes its settings from such ConfigMaps, and only a person may change them"

_MANIFESTS = "Vidra takes manifests, or values for them, from what has its label, and only a person may give it any"


class Guard(msgspec.Struct, frozen=True):
    """The objects in one cluster that artifacts may not touch."""

    namespace: str = ""
    """Vidra's own namespace, if this may be Vidra's own cluster; empty if it is certainly another: all is allowed."""
    credentials: tuple[str, ...] = ()
    """Further namespaces there from whose Secrets Vidra takes credentials."""
    told: bool = True
    """Whether the cluster's UID is known. While it is not, it may be Vidra's own."""

    def refusal(self, item: DesiredObject) -> str:
        """Why an object of a manifest is not applied; empty when it is."""
        if not self.namespace:
            return ""
        for rule in _RULES:
            if why := rule(item.ref, item.body, self):
                return f"{why}. One that is there stays as it is{'' if self.told else _UNTOLD}"
        return ""

    def keeps(self, ref: Ref) -> str:
        """Why an object that no manifest has any more is not deleted; empty when it may be."""
        return self.namespace and (_of_own_namespace(ref, self.namespace) or _own_definition(ref, {}, self))

    def never_taken(self, ref: Ref, live: LiveMeta) -> str:
        """Why an existing object of somebody else is not adopted; empty when it may be."""
        return self.namespace and (_told_by(ref, live.labels or {}) or _installed(live.labels or {}))


NOTHING_KEPT = Guard()
"""For a cluster that is certainly not Vidra's own."""

_UNTOLD = (
    " (this cluster does not tell Vidra which one it is, so it may be the one that Vidra runs in: "
    "allow `get` on the namespace kube-system)"
)


def may_be_refused(ref: Ref) -> bool:
    """Whether an object of this kind may be refused, for its kind or for its content."""
    judged = {GROUP, ADMISSION, RBAC, "apiregistration.k8s.io"}
    return ref.group in judged or bool(_own_definition(ref, {}, NOTHING_KEPT))


def _in_own_namespace(ref: Ref, _body: dict[str, Any], guard: Guard) -> str:
    own = guard.namespace
    return f"the namespace {own} is Vidra's own" if ref.namespace == own else _of_own_namespace(ref, own)


def _of_own_namespace(ref: Ref, own: str) -> str:
    there = ref.kind == "Namespace" and not ref.group and ref.name == own
    return f"the namespace {own} is Vidra's own" if there else ""


def _own_definition(ref: Ref, _body: dict[str, Any], _guard: Guard) -> str:
    named = ref.kind == "CustomResourceDefinition" and ref.name.endswith(f".{GROUP}")
    return "this definition is Vidra's own" if named else ""


def _own_kind(ref: Ref, _body: dict[str, Any], _guard: Guard) -> str:
    told = "such an object tells Vidra what to apply, and only a person, or a sync of a person's, may do that"
    return told if ref.group == GROUP else ""


def _own_api(ref: Ref, _body: dict[str, Any], _guard: Guard) -> str:
    # The name of an APIService is <version>.<group>; the API server takes no other.
    if ref.group != "apiregistration.k8s.io" or ref.name.partition(".")[2] not in _SERVED:
        return ""
    return "it decides who answers for objects that Vidra itself depends on"


def _own_requests(ref: Ref, body: dict[str, Any], guard: Guard) -> str:
    what = reached(ref, body, guard.namespace, guard.credentials)
    return f"it decides about {what}, which Vidra itself depends on: leave them out of its rules" if what else ""


def _tells(ref: Ref, body: dict[str, Any], _guard: Guard) -> str:
    return _told_by(ref, body["metadata"]["labels"])


def _installed(labels: dict[str, Any]) -> str:
    """The parts of Vidra itself, its rights first: both ways to install it label everything they create."""
    marked = labels.get("app.kubernetes.io/managed-by") == CLI or _CHART.fullmatch(str(labels.get("helm.sh/chart", "")))
    return "it is part of Vidra's own installation, and only a person may change that" if marked else ""


def _told_by(ref: Ref, labels: dict[str, Any]) -> str:
    if (ref.group, ref.kind) == ("", "Secret") and _TELLING & labels.keys():
        return _FROM_IT
    if (ref.group, ref.kind) == ("", "ConfigMap") and labels.get(CONFIG_LABEL) == CONFIG_VALUE:
        return _SETTINGS
    if not ref.group and ref.kind in {"ConfigMap", "Secret"} and labels.keys() & {MANIFESTS_LABEL, VALUES_LABEL}:
        return _MANIFESTS
    return ""


def _own_rights(ref: Ref, body: dict[str, Any], guard: Guard) -> str:
    own = guard.namespace
    subjects = body.get("subjects") if ref.group == RBAC else None
    if not isinstance(subjects, list) or not any(_is_own(subject, own) for subject in subjects):
        return ""
    return f"it gives rights to an account of the namespace {own}, which is Vidra's own"


def _is_own(subject: object, own: str) -> bool:
    if not isinstance(subject, dict):
        return False
    name = str(subject.get("name", ""))
    return (
        (subject.get("kind") == "ServiceAccount" and subject.get("namespace") == own)
        or (subject.get("kind") == "User" and name.startswith(f"system:serviceaccount:{own}:"))
        or (subject.get("kind") == "Group" and name == f"system:serviceaccounts:{own}")
    )


_RULES: tuple[Callable[[Ref, dict[str, Any], Guard], str], ...] = (
    _in_own_namespace,
    _own_definition,
    _own_kind,
    _own_api,
    _own_requests,
    _tells,
    _own_rights,
)
"""Each returns why an object is refused, or an empty string."""
