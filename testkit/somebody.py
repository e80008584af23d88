"""A person with few rights, as the API server knows them: what such a one can reach is tried with just these."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from testkit.environment import Scene
from vidra.api.names import GROUP
from vidra.kube.client import Client
from vidra.kube.connection import Connection

Json = dict[str, Any]

_RBAC = "rbac.authorization.k8s.io"
_numbers = itertools.count(1)

EDITOR = ({"apiGroups": [GROUP], "resources": ["infrahubsyncs", "vidrasyncs", "vidraresources"], "verbs": ["*"]},)
"""In the whole cluster: what `vidra-editor` of the chart gives."""
TENANT = ({"apiGroups": [""], "resources": ["secrets", "configmaps"], "verbs": ["*"]},)
"""In one namespace: the part of `edit` that matters to Vidra."""


class Somebody(Scene):
    """A scene as somebody may see and change it.

    Attributes:
        account: Name of the ServiceAccount.
        token: Of it.
    """

    account: str
    token: str


@asynccontextmanager
async def somebody(
    scene: Scene, *, everywhere: Sequence[Json] = (), inside: Sequence[Json] = (), within: str = ""
) -> AsyncIterator[Somebody]:
    """The same place for a ServiceAccount with just these rights.

    Args:
        everywhere: Rules for the whole cluster.
        inside: Rules for one namespace.
        within: That namespace; without, the scene's.
    """
    name = f"somebody-{next(_numbers)}"
    account = {"kind": "ServiceAccount", "name": name, "namespace": scene.namespace}
    token = await scene.token_of(name)
    bodies = [
        *_granted("ClusterRole", name, "", everywhere, account),
        *_granted("Role", name, within or scene.namespace, inside, account),
    ]
    for body in bodies:
        await scene.apply(body)
    client = Client(Connection(server=scene.plane.server, ca=scene.plane.ca.decode(), token=token))
    person = Somebody(scene.plane, client, scene.infrahub, scene.namespace)
    person.account, person.token = name, token
    try:
        yield person
    finally:
        await client.close()
        for body in bodies:
            kind = await scene.kind(body["apiVersion"], body["kind"])
            await scene.delete(kind, name, namespace=body["metadata"].get("namespace", ""))


def _granted(role: str, name: str, namespace: str, rules: Sequence[Json], account: Json) -> tuple[Json, ...]:
    if not rules:
        return ()
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    reference = {"apiGroup": _RBAC, "kind": role, "name": name}
    return (
        {"apiVersion": f"{_RBAC}/v1", "kind": role, "metadata": metadata, "rules": list(rules)},
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": f"{role}Binding",
            "metadata": metadata,
            "roleRef": reference,
            "subjects": [account],
        },
    )
