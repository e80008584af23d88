"""The objects that `vidra install` makes: enough to run Vidra without Helm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vidra.api.names import CLI
from vidra.api.rights import needs

Json = dict[str, Any]

NAME = "vidra"
MADE_HERE = {"app.kubernetes.io/name": NAME, "app.kubernetes.io/managed-by": CLI}
"""Labels; what has them is Vidra's to remove."""
SETTINGS = {
    "requeueSyncAfter": "1m",
    "requeueResourcesAfter": "10m",
    "queryName": "ArtifactIDs",
    "eventBasedReconcile": "true",
}
_RBAC = "rbac.authorization.k8s.io"


def own_namespace(name: str) -> Json:
    """Vidra's own namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def settings(namespace: str) -> Json:
    """The ConfigMap."""
    metadata = {"name": "vidra-config", "namespace": namespace, "labels": {**MADE_HERE, "app": "vidra"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": SETTINGS}


def workload(namespace: str, image: str, grants: Sequence[str]) -> list[Json]:
    """The Deployment and what it is allowed.

    Args:
        grants: ClusterRoles that say what Vidra may apply.
    """
    account = {"kind": "ServiceAccount", "name": NAME, "namespace": namespace}
    return [
        _object("v1", "ServiceAccount", NAME, namespace),
        _object(f"{_RBAC}/v1", "ClusterRole", NAME, rules=_rules(own=False)),
        _binding(NAME, NAME, account),
        _object(f"{_RBAC}/v1", "Role", NAME, namespace, rules=_rules(own=True)),
        _own_binding(namespace, account),
        *(_binding(f"{NAME}-{role}", role, account) for role in grants),
        _object("apps/v1", "Deployment", NAME, namespace, spec=_deployment(image)),
    ]


def _rules(*, own: bool) -> list[Json]:
    these = [need for need in needs() if need.own is own]
    return [{"apiGroups": [need.group], "resources": [need.resource], "verbs": list(need.verbs)} for need in these]


def _binding(name: str, role: str, account: Json) -> Json:
    reference = {"apiGroup": _RBAC, "kind": "ClusterRole", "name": role}
    return _object(f"{_RBAC}/v1", "ClusterRoleBinding", name, roleRef=reference, subjects=[account])


def _own_binding(namespace: str, account: Json) -> Json:
    reference = {"apiGroup": _RBAC, "kind": "Role", "name": NAME}
    return _object(f"{_RBAC}/v1", "RoleBinding", NAME, namespace, roleRef=reference, subjects=[account])


def _deployment(image: str) -> Json:
    labels = {"app.kubernetes.io/name": NAME}
    container = {
        "name": "operator",
        "image": image,
        "command": ["vidra", "operator", "--leader-elect"],
        "env": [{"name": "POD_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}}],
        "ports": [{"name": "metrics", "containerPort": 8080}, {"name": "health", "containerPort": 8081}],
        "livenessProbe": {"httpGet": {"path": "/healthz", "port": "health"}},
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": "health"}, "periodSeconds": 5},
        "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "512Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    pod = {
        "serviceAccountName": NAME,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
    }
    template = {"metadata": {"labels": labels}, "spec": pod}
    return {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}


def _object(api_version: str, kind: str, name: str, namespace: str = "", **rest: Any) -> Json:
    place = {"namespace": namespace} if namespace else {}
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, **place, "labels": MADE_HERE}, **rest}
