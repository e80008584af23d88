"""Fields that the control plane, or a controller that every cluster runs, fills in: no owner ever holds them.

Invariant: what a manifest leaves to the control plane is not sent. People write `rules: []` in an aggregated
ClusterRole as a placeholder; applied, it would empty the role at every reconcile. A placeholder that the manifest does
fill (its own CA, a volume's name) is applied like any other field. Only an aggregated role's rules are never applied:
the API says that they belong to the controller.

To add a field: one line in the table, and a row in docs/spec/manifests.md.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from vidra.manifests import Ref

Json = dict[str, Any]
Path = tuple[str, ...]
EACH = "*"
"""Every item of a list."""


def _empty(value: Any, _: Json) -> bool:
    return value in (None, "", [], {})


def _no_certificate(value: Any, body: Json) -> bool:
    """Empty, or a blank text, because some tools insist on one: `Cg==` is a line break."""
    if not isinstance(value, str):
        return _empty(value, body)
    try:
        return not base64.b64decode(value, validate=True).strip()
    except binascii.Error:
        return False


def _aggregated(_: Any, body: Json) -> bool:
    return body.get("aggregationRule") is not None


_RBAC = "rbac.authorization.k8s.io"
_WEBHOOKS = "admissionregistration.k8s.io"
_CA = ("clientConfig", "caBundle")

Filled = Callable[[Any, Json], bool]
"""Whether a field, in this body, is left to the control plane."""

TABLE: Mapping[tuple[str, str], tuple[tuple[Path, Filled], ...]] = {
    (_RBAC, "ClusterRole"): ((("rules",), _aggregated),),
    (_WEBHOOKS, "ValidatingWebhookConfiguration"): ((("webhooks", EACH, *_CA), _no_certificate),),
    (_WEBHOOKS, "MutatingWebhookConfiguration"): ((("webhooks", EACH, *_CA), _no_certificate),),
    ("apiregistration.k8s.io", "APIService"): ((("spec", "caBundle"), _no_certificate),),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): ((("spec", "conversion", "webhook", *_CA), _no_certificate),),
    ("", "PersistentVolumeClaim"): ((("spec", "volumeName"), _empty),),
    ("", "PersistentVolume"): ((("spec", "claimRef"), _empty),),
    ("", "Pod"): ((("spec", "nodeName"), _empty),),
    ("", "Service"): (
        (("spec", "clusterIP"), _empty),
        (("spec", "clusterIPs"), _empty),
        (("spec", "ipFamilies"), _empty),
        (("spec", "ipFamilyPolicy"), _empty),
    ),
    ("", "Endpoints"): ((("subsets",), _empty),),
}
"""By group and kind: the fields, and when they are left to the control plane."""


def unfilled(body: Json, ref: Ref) -> Json:
    """The body of an object without the fields that the control plane fills in."""
    for path, filled in TABLE.get((ref.group, ref.kind), ()):
        body = _cut(body, path, filled, body)
    return body


def _cut(value: Any, path: Path, filled: Filled, body: Json) -> Any:
    """The value without the field at a path; the same value if the field is not there."""
    step, rest = path[0], path[1:]
    if step == EACH:
        return [_cut(item, rest, filled, body) for item in value] if isinstance(value, list) else value
    if not isinstance(value, dict) or step not in value:
        return value
    if not rest:
        return {key: one for key, one in value.items() if key != step} if filled(value[step], body) else value
    return {**value, step: _cut(value[step], rest, filled, body)}
