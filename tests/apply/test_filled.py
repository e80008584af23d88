"""What a manifest leaves to the control plane is not sent."""

from typing import Any

import pytest

from vidra.apply.controller_fields import unfilled
from vidra.manifests import Ref

Json = dict[str, Any]
RULES = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
HOOKS = "admissionregistration.k8s.io/v1"


def cut(api_version: str, kind: str, body: Json) -> Json:
    return unfilled(body, Ref(api_version, kind, "", "it"))


@pytest.mark.parametrize("rules", [[], None, RULES])
def test_rules_of_an_aggregated_role_are_not_the_manifests(rules: Any) -> None:
    rbac = "rbac.authorization.k8s.io/v1"
    assert cut(rbac, "ClusterRole", {"aggregationRule": {}, "rules": rules}) == {"aggregationRule": {}}
    assert cut(rbac, "ClusterRole", {"rules": rules}) == {"rules": rules}
    assert cut("example.com/v1", "ClusterRole", {"aggregationRule": {}, "rules": rules})["rules"] == rules


@pytest.mark.parametrize(("value", "stays"), [("", False), (None, False), ("Cg==", False), ("TFM=", True), ("?", True)])
@pytest.mark.parametrize(
    ("api_version", "kind", "path"),
    [
        (HOOKS, "ValidatingWebhookConfiguration", ("webhooks", "clientConfig")),
        (HOOKS, "MutatingWebhookConfiguration", ("webhooks", "clientConfig")),
        ("apiregistration.k8s.io/v1", "APIService", ("spec",)),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", ("spec", "conversion", "webhook", "clientConfig")),
    ],
)
def test_a_certificate_that_is_none_is_left_out(
    api_version: str, kind: str, path: tuple[str, ...], value: Any, *, stays: bool
) -> None:
    def body(inner: Json) -> Json:
        for step in reversed(path):
            inner = {step: [inner] if step == "webhooks" else inner}
        return inner

    full, bare = body({"caBundle": value, "url": "u"}), body({"url": "u"})
    assert cut(api_version, kind, full) == (full if stays else bare)


@pytest.mark.parametrize("body", [{}, {"webhooks": None}, {"webhooks": [None]}, {"webhooks": [{"clientConfig": 1}]}])
def test_a_body_that_makes_no_sense_is_left_to_the_server(body: Json) -> None:
    assert cut(HOOKS, "ValidatingWebhookConfiguration", body) == body
