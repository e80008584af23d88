"""Small Kubernetes objects for stories, as a manifest would hold them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def config_map(name: str, namespace: str = "", **data: str) -> Json:
    """A ConfigMap; without a namespace it takes the fallback."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": _metadata(name, namespace), "data": data}


def secret(name: str, namespace: str = "", **data: str) -> Json:
    """A Secret from plain texts."""
    return {"apiVersion": "v1", "kind": "Secret", "metadata": _metadata(name, namespace), "stringData": data}


def namespace(name: str) -> Json:
    """A Namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def definition(group: str, kind: str, *, namespaced: bool = True) -> Json:
    """A CustomResourceDefinition of one version, v1, that takes any spec."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.lower()}s.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": kind, "listKind": f"{kind}List", "plural": f"{kind.lower()}s", "singular": kind.lower()},
            "scope": "Namespaced" if namespaced else "Cluster",
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }


def custom(group: str, kind: str, name: str, namespace: str = "", **spec: Any) -> Json:
    """An object of a kind that `definition` defines."""
    return {"apiVersion": f"{group}/v1", "kind": kind, "metadata": _metadata(name, namespace), "spec": spec}


def rights(account: str, namespace: str, *rules: Json) -> list[Json]:
    """A ServiceAccount with these rules in its own namespace, and nothing elsewhere."""
    rbac, place = "rbac.authorization.k8s.io", _metadata(account, namespace)
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": place},
        {"apiVersion": f"{rbac}/v1", "kind": "Role", "metadata": place, "rules": list(rules)},
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "RoleBinding",
            "metadata": place,
            "roleRef": {"apiGroup": rbac, "kind": "Role", "name": account},
            "subjects": [{"kind": "ServiceAccount", **place}],
        },
    ]


def cluster_rights(account: str, namespace: str, *rules: Json) -> list[Json]:
    """Rules for a ServiceAccount, in all of the cluster."""
    rbac, name = "rbac.authorization.k8s.io", {"name": f"{namespace}-{account}"}
    return [
        {"apiVersion": f"{rbac}/v1", "kind": "ClusterRole", "metadata": name, "rules": [*rules]},
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": name,
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", **name},
            "subjects": [{"kind": "ServiceAccount", **_metadata(account, namespace)}],
        },
    ]


def deployment(name: str = "web", replicas: int = 1, *, image: str = "web:1") -> Json:
    """A Deployment; without replicas it is well wherever the controllers run, with some it needs a node."""
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": image}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _metadata(name, ""),
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template},
    }


def service(name: str = "it") -> Json:
    """A Service with two ports, a list whose order an API server keeps."""
    ports = [{"name": "web", "port": 80}, {"name": "metrics", "port": 9090}]
    spec = {"selector": {"app": name}, "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": _metadata(name, ""), "spec": spec}


def annotated(item: Json, **annotations: str) -> Json:
    """The object with annotations of Vidra's, such as wave."""
    ours = {f"vidra.infrahub.operators.com/{key}": value for key, value in annotations.items()}
    return {**item, "metadata": {**item["metadata"], "annotations": ours}}


def _metadata(name: str, namespace: str) -> Json:
    return {"name": name, "namespace": namespace} if namespace else {"name": name}
