"""What Vidra's own cluster keeps from artifacts, and what it does not."""

from typing import Any

import pytest

from testkit.digests import DIGESTS
from vidra.apply.desired.object import build_desired_object
from vidra.apply.field_owner import Owner
from vidra.apply.guards.protected import Guard
from vidra.kube.discovery import Kind
from vidra.kube.partial_metadata import LiveMeta
from vidra.manifests import ManifestObject, Ref
from vidra.manifests.object_ref import identify

Json = dict[str, Any]

OWN = "vidra-system"
AT_HOME = Guard(OWN)
GROUP = "infrahub.operators.com"
ADMISSION = "admissionregistration.k8s.io/v1"
CLUSTER_SCOPED = {"Namespace", "CustomResourceDefinition", "APIService", "VidraResource", "InfrahubSync"}
BY_NAME = "kubernetes.io/metadata.name"
BUT_VIDRA = {"matchExpressions": [{"key": BY_NAME, "operator": "NotIn", "values": [OWN]}]}


def refusal(body: Json, guard: Guard = AT_HOME) -> str:
    kind = body["kind"]
    scoped = kind in CLUSTER_SCOPED or "Webhook" in kind or "Policy" in kind or kind.startswith("Cluster")
    served = Kind(body["apiVersion"], kind, f"{kind.lower()}s", not scoped)
    item = ManifestObject(identify(body), body, 0)
    return guard.refusal(build_desired_object(item, served, "", "web", Owner("hub", "owner"), digests=DIGESTS))


def thing(api_version: str, kind: str, name: str = "it", namespace: str = "", **rest: Any) -> Json:
    labels = rest.pop("labels", {})
    place = {"namespace": namespace} if namespace else {}
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "labels": labels, **place}, **rest}


def rule(group: str, *resources: str, **more: Any) -> Json:
    return {"apiGroups": [group], "apiVersions": ["*"], "operations": ["*"], "resources": list(resources), **more}


def webhook(*rules: Json, kind: str = "ValidatingWebhookConfiguration", **more: Any) -> Json:
    return thing(ADMISSION, kind, webhooks=[{"name": "a.b.c", "rules": list(rules), **more}])


def policy(*rules: Json, kind: str = "ValidatingAdmissionPolicy", **more: Any) -> Json:
    return thing(ADMISSION, kind, spec={"matchConstraints": {"resourceRules": list(rules), **more}})


def binding(*rules: Json, kind: str = "ValidatingAdmissionPolicyBinding", **more: Any) -> Json:
    narrowed = {"matchResources": {"resourceRules": list(rules), **more}} if rules or more else {}
    return thing(ADMISSION, kind, spec={"policyName": "p", **narrowed})


def bound(binding: str, **subject: str) -> Json:
    return thing("rbac.authorization.k8s.io/v1", binding, subjects=[subject], roleRef={})


REFUSED = {
    "its namespace": thing("v1", "Namespace", OWN),
    "what is in it": thing("apps/v1", "Deployment", "vidra", OWN),
    "a Role in it": thing("rbac.authorization.k8s.io/v1", "Role", "mine", OWN, rules=[]),
    "its definition": thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", f"vidraresources.{GROUP}"),
    "a VidraResource": thing(f"{GROUP}/v1alpha1", "VidraResource"),
    "an InfrahubSync of another version": thing(f"{GROUP}/v9", "InfrahubSync"),
    "its API": thing("apiregistration.k8s.io/v1", "APIService", f"v1alpha1.{GROUP}"),
    "the core API": thing("apiregistration.k8s.io/v1", "APIService", "v1."),
    "an account of Infrahub": thing("v1", "Secret", labels={"infrahub-api-url": "h"}),
    "a kubeconfig": thing("v1", "Secret", labels={"cluster-kubeconfig": "h"}),
    "a webhook key": thing("v1", "Secret", labels={f"vidra.{GROUP}/webhook-key": ""}),
    "settings": thing("v1", "ConfigMap", labels={"app": "vidra"}),
    "rights for its account": bound("ClusterRoleBinding", kind="ServiceAccount", name="vidra", namespace=OWN),
    "rights for its user": bound("RoleBinding", kind="User", name=f"system:serviceaccount:{OWN}:vidra"),
    "rights for its group": bound("ClusterRoleBinding", kind="Group", name=f"system:serviceaccounts:{OWN}"),
    "a webhook for its kinds": webhook(rule(GROUP, "vidraresources/status")),
    "one for all of its group": webhook(rule(GROUP, "*/*")),
    "one for everything": webhook(rule("*", "*")),
    "a second rule": webhook(rule("apps", "deployments"), rule("*", "*/status")),
    "a second webhook": thing(
        ADMISSION, "MutatingWebhookConfiguration", webhooks=[{}, webhook(rule(GROUP, "*"))["webhooks"][0]]
    ),
    "cluster-scoped things whatever the namespace": webhook(rule("*", "*"), namespaceSelector=BUT_VIDRA),
    "Secrets": webhook(rule("", "secrets")),
    "Secrets of namespaces with a label": webhook(rule("", "*"), namespaceSelector={"matchLabels": {"a": "b"}}),
    "leases by a mutating one": webhook(rule("coordination.k8s.io", "leases"), kind="MutatingWebhookConfiguration"),
    "a policy": policy(rule("*", "infrahubsyncs")),
    "a mutating policy": policy(rule(GROUP, "*"), kind="MutatingAdmissionPolicy"),
    "a policy without rules": policy(),
    "a policy with half an exception": policy(rule("*", "*"), excludeResourceRules=[rule(GROUP, "vidraresources")]),
    "an exception of one operation": policy(
        rule(GROUP, "*"), excludeResourceRules=[rule("*", "*/*", operations=["DELETE"])]
    ),
    "an exception of one name": policy(rule(GROUP, "*"), excludeResourceRules=[rule("*", "*/*", resourceNames=["a"])]),
    "a binding that leaves it to the policy": binding(),
    "a binding for namespaces": binding(namespaceSelector=BUT_VIDRA),
    "a binding for its kinds": binding(rule(GROUP, "*"), kind="MutatingAdmissionPolicyBinding"),
}
APPLIED = {
    "a ConfigMap": thing("v1", "ConfigMap", labels={"app": "web"}),
    "a Secret": thing("v1", "Secret", labels={"app": "vidra"}),
    "another namespace": thing("v1", "Namespace", "vidra"),
    "a definition": thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", f"things.not{GROUP}"),
    "an API": thing("apiregistration.k8s.io/v1", "APIService", "v1beta1.metrics.k8s.io"),
    "rights for others": bound("RoleBinding", kind="ServiceAccount", name="vidra", namespace="web"),
    "a webhook for others": webhook(rule("apps", "*"), rule("", "pods", "pods/*")),
    "a webhook for connections": webhook(rule("*", "*/*", operations=["CONNECT"])),
    "Secrets elsewhere": webhook(rule("", "*"), namespaceSelector=BUT_VIDRA),
    "Secrets in one namespace": webhook(rule("", "secrets"), namespaceSelector={"matchLabels": {BY_NAME: "web"}}),
    "everything in namespaces but its own": webhook(rule("*", "*", scope="Namespaced"), namespaceSelector=BUT_VIDRA),
    "another subresource": webhook(rule("*", "*/scale")),
    "a webhook without rules": thing(ADMISSION, "ValidatingWebhookConfiguration", webhooks="none"),
    "a policy for others": policy(rule("batch", "jobs")),
    "a policy with exceptions": policy(
        rule("*", "*"), namespaceSelector=BUT_VIDRA, excludeResourceRules=[rule(GROUP, "*/*")]
    ),
    "a binding for others": binding(rule("apps", "deployments")),
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_at_home_and_wherever_that_may_be_and_applied_elsewhere(body: Json) -> None:
    assert "stays as it is" in refusal(body)
    assert "does not tell Vidra which one it is" in refusal(body, Guard(OWN, told=False))
    assert refusal(body, Guard()) == ""


@pytest.mark.parametrize("body", APPLIED.values(), ids=APPLIED)
def test_it_is_applied(body: Json) -> None:
    assert refusal(body) == ""


@pytest.mark.parametrize(
    ("kind", "labels", "taken"),
    [
        ("Secret", {"infrahub-api-url": "infrahub"}, False),
        ("Secret", {"cluster-kubeconfig": "host"}, False),
        ("Secret", {"app": "vidra"}, True),
        ("ConfigMap", {"app": "vidra"}, False),
        ("ConfigMap", {"app": "web"}, True),
        ("ConfigMap", {"cluster-kubeconfig": "host"}, True),
        ("ClusterRole", {"helm.sh/chart": "vidra-0.1.0", "app.kubernetes.io/name": "renamed"}, False),
        ("ClusterRoleBinding", {"app.kubernetes.io/managed-by": "vidra-cli"}, False),
        ("ClusterRole", {"helm.sh/chart": "vidrastore-1.0.0", "app.kubernetes.io/managed-by": "Helm"}, True),
    ],
)
def test_what_vidra_reads_itself_is_never_taken_over(kind: str, labels: dict[str, str], taken: bool) -> None:
    ref, live = Ref("v1", kind, "ns", "it"), LiveMeta(labels=labels)
    assert (Guard(OWN).never_taken(ref, live) == "") is taken
    assert Guard().never_taken(ref, live) == ""


def test_webhooks_for_secrets_leave_out_every_namespace_that_credentials_are_taken_from() -> None:
    """Whoever sees a Secret as it is written has the password, and a label makes any other a credential."""
    guard = Guard(OWN, ("team",))
    assert "secrets in the namespace team" in refusal(webhook(rule("", "secrets"), namespaceSelector=BUT_VIDRA), guard)
    but_both = {"matchExpressions": [{"key": BY_NAME, "operator": "NotIn", "values": [OWN, "team"]}]}
    assert refusal(webhook(rule("", "secrets"), namespaceSelector=but_both), guard) == ""
    assert refusal(webhook(rule("", "configmaps"), namespaceSelector=BUT_VIDRA), guard) == ""


def test_its_definitions_and_namespace_are_not_deleted_whoever_lists_them() -> None:
    definition = Ref("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", f"infrahubsyncs.{GROUP}")
    for ref in (definition, Ref("v1", "Namespace", "", OWN)):
        assert Guard(OWN).keeps(ref)
        assert not Guard().keeps(ref)
    assert not Guard(OWN).keeps(Ref("v1", "Namespace", "", "web"))
