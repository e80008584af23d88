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


def _metadata(name: str, namespace: str) -> Json:
    return {"name": name, "namespace": namespace} if namespace else {"name": name}
