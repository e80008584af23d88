"""The account that Vidra has in a cluster, with exactly the rights that the chart grants."""

from __future__ import annotations

import msgspec

from vidra.cli.parts import NAME, own_namespace, workload
from vidra.kube.connection import Connection
from vidra.testing.controlplane import ControlPlane
from vidra.testing.parts.chart import token
from vidra.testing.scene import Scene, connection_to

_RBAC = "rbac.authorization.k8s.io"
OBJECTS = "vidra-objects"
VERBS = ("get", "list", "watch", "create", "patch", "delete")
"""On objects, whatever preset names their kinds."""


async def granted(scene: Scene, namespace: str = "vidra-system") -> Connection:
    """Vidra's own connection to the cluster of a scene: its rights for itself, and those of the preset `everything`.

    A test holds what `vidra install` grants, which this applies, against the chart.
    """
    verbs = {"apiGroups": ["*"], "resources": ["*"], "verbs": list(VERBS)}
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": OBJECTS},
        "rules": [verbs],
    }
    for body in (own_namespace(namespace), role, *workload(namespace, "vidra:1", [OBJECTS])):
        if body["kind"] != "Deployment":
            await scene.apply(body)
    return await as_vidra(scene.plane, namespace)


async def as_vidra(plane: ControlPlane, namespace: str) -> Connection:
    """A connection with a token of Vidra's account."""
    return msgspec.structs.replace(connection_to(plane), token=await token(plane, namespace, NAME))


async def may_act_as(scene: Scene, account: str) -> None:
    """Let Vidra act as a ServiceAccount of the scene's namespace, as the chart does for those in `access.actAs`."""
    place = scene.namespace
    groups = ["system:authenticated", "system:serviceaccounts", f"system:serviceaccounts:{place}"]
    subject = {"kind": "ServiceAccount", "name": NAME, "namespace": "vidra-system"}
    for role, resource, names in (("Role", "serviceaccounts", [account]), ("ClusterRole", "groups", groups)):
        name = f"vidra-acts-as-{place}-{account}"
        metadata = {"name": name, **({"namespace": place} if role == "Role" else {})}
        rule = {"apiGroups": [""], "resources": [resource], "resourceNames": names, "verbs": ["impersonate"]}
        reference = {"apiGroup": _RBAC, "kind": role, "name": name}
        await scene.apply({"apiVersion": f"{_RBAC}/v1", "kind": role, "metadata": metadata, "rules": [rule]})
        await scene.apply(
            {
                "apiVersion": f"{_RBAC}/v1",
                "kind": f"{role}Binding",
                "metadata": metadata,
                "roleRef": reference,
                "subjects": [subject],
            }
        )
