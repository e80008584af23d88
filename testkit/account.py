"""The account that Vidra has in a cluster, with exactly the rights that the chart grants."""

from __future__ import annotations

import msgspec

from testkit.controlplane import ControlPlane
from testkit.environment import Scene, connection_to
from testkit.parts.chart import token
from vidra.cli.install_manifests import NAME, own_namespace, workload
from vidra.kube.connection import Connection

_RBAC = "rbac.authorization.k8s.io"
OBJECTS = "vidra-objects"
VERBS = ("get", "list", "watch", "create", "patch", "delete")
"""On objects, whatever preset names their kinds."""


async def granted(scene: Scene, namespace: str = "vidra-system") -> Connection:
    """Vidra's own connection to the cluster of a scene: its rights for itself, and all that `access` can give.

    That is the preset `everything`, every ServiceAccount to act as, and roles that grant more than Vidra has: what the
    tests sync. A test holds what `vidra install` grants, which this applies, against the chart.
    """
    rules = [
        {"apiGroups": ["*"], "resources": ["*"], "verbs": list(VERBS)},
        {"apiGroups": [""], "resources": ["serviceaccounts", "groups"], "verbs": ["impersonate"]},
        {"apiGroups": [_RBAC], "resources": ["roles", "clusterroles"], "verbs": ["bind", "escalate"]},
    ]
    role = {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": OBJECTS},
        "rules": rules,
    }
    for body in (own_namespace(namespace), role, *workload(namespace, "vidra:1", [OBJECTS])):
        if body["kind"] != "Deployment":
            await scene.apply(body)
    return await as_vidra(scene.plane, namespace)


async def as_vidra(plane: ControlPlane, namespace: str) -> Connection:
    """A connection with a token of Vidra's account."""
    return msgspec.structs.replace(connection_to(plane), token=await token(plane, namespace, NAME))
