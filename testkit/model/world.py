"""Where stories take place: a control plane, an Infrahub, an operator; made once, used by one story after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self, TypeVar

from testkit.controlplane import ControlPlane
from testkit.environment import Json, Scene, connection_to
from testkit.infrahub import StandIn
from testkit.model.faulty_proxy import Wire
from testkit.model.kinds import BY_LETTER, GROUP, definition
from testkit.model.operators import Killable, ProcessOperator, TaskOperator
from vidra.apply.field_owner import Owner, hub_of
from vidra.kube.client import Client
from vidra.kube.errors import ApiError
from vidra.manager.bootstrap import cluster_identity

T = TypeVar("T")

HOME = "model-home"
"""Namespace of the credentials for the Infrahub."""
UNDELETABLE = "model.test/undeletable"
"""Label of objects whose deletion the API server refuses."""
ACCOUNT = "applier"
"""ServiceAccount that some syncs apply as."""
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete")


class World:
    """Everything real, on an event loop of its own that runs only while `run` does."""

    plane: ControlPlane
    client: Client
    infrahub: StandIn
    wire: Wire
    operator: Killable
    scene: Scene
    hub: str

    def __init__(self, *, process: bool = False) -> None:
        self._process = process
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self.stories = 0
        self.steps = 0
        self.settled = 0
        self.wrong: list[str] = []
        """Stories that went wrong, each with its fault."""

    def __enter__(self) -> Self:
        self.run(self._open())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.run(self._stack.aclose())
        self.run(self._loop.shutdown_default_executor())
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something; between two deeds nothing moves but the API server."""
        return self._loop.run_until_complete(work)

    def manager(self, resource: str) -> str:
        """The field manager of a VidraResource."""
        return Owner(self.hub, resource).manager

    async def _open(self) -> None:
        enter = self._stack.enter_async_context
        self.plane = await enter(ControlPlane(controllers=False))
        self.client = Client(connection_to(self.plane))
        self._stack.push_async_callback(self.client.close)
        self.infrahub = await enter(StandIn())
        self.wire = await enter(Wire(self.plane.server))
        self.scene = Scene(self.plane, self.client, self.infrahub, HOME)
        await self.scene.define()
        await self.scene.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": HOME}})
        await self.scene.credentials()
        await self.serve(old=True)
        for body in (*_policy(), *_account()):
            await self.scene.apply(body)
        await self.grant(VERBS)
        self.hub = hub_of(await cluster_identity(self.client))
        folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="vidra-model-")))
        if self._process:
            self.operator = ProcessOperator(self.plane, self.wire.url, folder)
        else:
            self.operator = TaskOperator(self.plane, self.wire.url)
        self._stack.push_async_callback(self.operator.kill)
        await self.operator.start()

    async def serve(self, *, old: bool) -> None:
        """Serve the old version of Gadget, or no longer; returns when the API server does so."""
        await self.scene.apply(definition(old_served=old))
        wanted = ["v1", "v1alpha1"] if old else ["v1"]
        while await self._served() != wanted:  # noqa: ASYNC110 - the API server tells it only to those who ask
            await asyncio.sleep(0.02)

    async def grant(self, verbs: Sequence[str]) -> None:
        """Give the ServiceAccount these rights on all objects of stories, and no others."""
        resources = [kind.collection for kind in BY_LETTER.values()]
        rules = [{"apiGroups": ["", GROUP], "resources": resources, "verbs": list(verbs)}] if verbs else []
        if "list" in verbs:  # a Namespace is deleted only by who can see that it is empty
            rules.append({"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]})
        await self.scene.apply(
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRole",
                "metadata": {"name": ACCOUNT},
                "rules": rules,
            }
        )

    async def _served(self) -> list[str]:
        try:
            found: Json = await self.client.get(f"/apis/{GROUP}", Json)
        except ApiError:
            return []
        return sorted(item["version"] for item in found["versions"])


def _account() -> tuple[Json, Json]:
    """A ServiceAccount, and the binding that gives it its role."""
    account = {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": HOME}
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": ACCOUNT},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": ACCOUNT},
        "subjects": [account],
    }
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT, "namespace": HOME}}, binding


def _policy() -> tuple[Json, Json]:
    """An admission policy that keeps labelled objects: a refusal that comes and goes with the label, at once."""
    version, name = "admissionregistration.k8s.io/v1", "undeletable"
    resources = [kind.collection for kind in BY_LETTER.values() if kind.name != "Namespace"]
    rule = {"apiGroups": ["", GROUP], "apiVersions": ["*"], "operations": ["DELETE"], "resources": resources}
    expression = f"!has(oldObject.metadata.labels) || !('{UNDELETABLE}' in oldObject.metadata.labels)"
    policy = {
        "apiVersion": version,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {"resourceRules": [rule]},
            "validations": [{"expression": expression, "message": "it is labelled undeletable"}],
        },
    }
    binding = {
        "apiVersion": version,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name, "validationActions": ["Deny"]},
    }
    return policy, binding
