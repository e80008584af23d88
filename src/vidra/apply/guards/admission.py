"""Whether a webhook or admission policy would decide about objects that Vidra itself writes: pure.

Anything uncertain counts as a match: labels of Vidra's namespace except its name, labels of objects, CEL conditions,
versions. Rules match as in the API server (admissionregistration.k8s.io/v1, RuleWithOperations).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from vidra.api.names import GROUP, PLURALS
from vidra.manifests import Ref

ADMISSION = "admissionregistration.k8s.io"
NAME_LABEL = "kubernetes.io/metadata.name"
"""Label that every Namespace has, and nobody can change."""


class Thing(NamedTuple):
    """A resource that Vidra writes, or that tells it what to do."""

    group: str
    resource: str
    subresource: str = ""
    namespaced: bool = False
    """Only in Vidra's own namespace."""
    credentials: bool = False
    """Also in the namespaces with credentials."""

    def __str__(self) -> str:
        """As in a message."""
        name = f"{self.resource}/{self.subresource}" if self.subresource else self.resource
        return f"{name}.{self.group}" if self.group else name


THINGS = (
    *(Thing(GROUP, plural, part) for plural in PLURALS.values() for part in ("", "status")),
    Thing("", "secrets", namespaced=True, credentials=True),
    Thing("", "configmaps", namespaced=True),
    Thing("coordination.k8s.io", "leases", namespaced=True),
)


def reached(ref: Ref, body: Mapping[str, Any], own: str, credentials: tuple[str, ...] = ()) -> str:
    """Which of Vidra's own resources a webhook configuration, policy or binding decides about; empty for none.

    Args:
        own: Vidra's namespace.
        credentials: Further namespaces with credentials for Vidra.
    """
    if ref.group != ADMISSION:
        return ""
    for part in _parts(ref.kind, body):
        for thing in THINGS:
            for place in (own, *credentials) if thing.credentials else (own,):
                if _reaches(part, thing, place):
                    return f"{thing} in the namespace {place}" if thing.namespaced else str(thing)
    return ""


def _parts(kind: str, body: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Its rules, each with its selectors. One without resources is for all of them, except in a webhook."""
    if kind.endswith("WebhookConfiguration"):
        return [{"resourceRules": _items(hook, "rules"), **hook} for hook in _items(body, "webhooks")]
    # A binding without rules takes those of its policy, which may be any: a binding is judged by its own rules.
    part = _map(_map(body, "spec"), "matchResources" if kind.endswith("Binding") else "matchConstraints")
    return [{**part, "resourceRules": _items(part, "resourceRules") or [_EVERYTHING]}]


_EVERYTHING = {"apiGroups": ["*"], "resources": ["*/*"]}


def _reaches(part: Mapping[str, Any], thing: Thing, place: str) -> bool:
    if thing.namespaced and _leaves_out(_map(part, "namespaceSelector"), place):
        return False
    if any(_covers(rule, thing) for rule in _items(part, "excludeResourceRules")):
        return False
    return any(_hits(rule, thing) for rule in _items(part, "resourceRules"))


def _hits(rule: Mapping[str, Any], thing: Thing) -> bool:
    scope = rule.get("scope") or "*"
    if scope != "*" and (scope == "Namespaced") is not thing.namespaced:
        return False
    if set(_texts(rule, "operations")) == {"CONNECT"}:
        return False
    groups = _texts(rule, "apiGroups")
    return ("*" in groups or thing.group in groups) and any(_names(item, thing) for item in _texts(rule, "resources"))


def _names(pattern: str, thing: Thing) -> bool:
    """`*` names every resource, `*/*` its subresources too, `*/status` one of them."""
    resource, _, part = pattern.partition("/")
    return resource in {"*", thing.resource} and part in {"*", thing.subresource}


def _covers(rule: Mapping[str, Any], thing: Thing) -> bool:
    """Whether an exception excludes it completely: every version and operation, whatever its name."""
    whole = "*" in _texts(rule, "apiVersions") and "*" in _texts(rule, "operations")
    return whole and not rule.get("resourceNames") and _hits(rule, thing)


def _leaves_out(selector: Mapping[str, Any], own: str) -> bool:
    """Whether the selector certainly excludes a namespace of which only the name is known."""
    if _map(selector, "matchLabels").get(NAME_LABEL, own) != own:
        return True
    return any(
        term.get("key") == NAME_LABEL and not _holds(str(term.get("operator")), _texts(term, "values"), own)
        for term in _items(selector, "matchExpressions")
    )


def _holds(operator: str, values: list[str], own: str) -> bool:
    return {"In": own in values, "NotIn": own not in values, "DoesNotExist": False}.get(operator, True)


def _map(parent: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = parent.get(key)
    return found if isinstance(found, dict) else {}


def _items(parent: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = parent.get(key)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _texts(parent: Mapping[str, Any], key: str) -> list[str]:
    found = parent.get(key)
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []
