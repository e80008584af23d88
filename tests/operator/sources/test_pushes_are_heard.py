"""A push to a Git repository is applied when its server calls, long before the next look."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from testkit.cleanup import clear, left
from testkit.controlplane import ControlPlane
from testkit.environment import SECRETS, VIDRA_SYNCS, Scene, connection_to
from testkit.eventually import eventually
from testkit.infrahub import StandIn
from testkit.objects import config_map
from testkit.operating import Operating
from testkit.parts.git import GitServer, Repository
from vidra.api.names import WEBHOOK_KEY_LABEL
from vidra.kube.client import Client
from vidra.kube.discovery import Kind
from vidra.manifests.write import write
from vidra.web.webhooks import receiving
from vidra.web.webhooks.git_caller import GitCaller

KEY = "of-a-test"
CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)

_numbers = itertools.count(1)


class Forge:
    """A Git server that calls for every push, as GitHub does."""

    def __init__(self, server: GitServer, repository: Repository, hook: str) -> None:
        self.url = f"{server.url}/team/repo.git"
        self._repository = repository
        self._hook = hook

    async def push(self, files: dict[str, str], branch: str = "main", key: str = KEY) -> int:
        """Commit, and call; gives the answer."""
        self._repository.commit(files, branch=branch)
        pushed = {"ref": f"refs/heads/{branch}", "repository": {"clone_url": self.url}}
        body = json.dumps(pushed).encode()
        headers = {
            "X-GitHub-Event": "push",
            "X-GitHub-Delivery": str(next(_numbers)),
            "X-Hub-Signature-256": f"sha256={hmac.digest(key.encode(), body, hashlib.sha256).hex()}",
        }
        async with aiohttp.ClientSession() as session, session.post(self._hook, data=body, headers=headers) as answer:
            return answer.status


@pytest.fixture
async def called(own_plane: ControlPlane, tmp_path: Path) -> AsyncIterator[tuple[Scene, Forge]]:
    """A scene whose forge calls the operator, which looks by itself once an hour."""
    client = Client(connection_to(own_plane))
    work = Operating(own_plane, webhooks=True, source_hosts=("127.0.0.1",))
    async with (
        work,
        receiving("127.0.0.1:0", work.operator) as port,
        StandIn() as infrahub,
        GitServer(tmp_path / "served") as server,
    ):
        scene = Scene(own_plane, client, infrahub, f"pushed-{next(_numbers)}")
        await scene.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": scene.namespace}})
        await scene.secret("push-key", {WEBHOOK_KEY_LABEL: "true"}, key=KEY)
        await eventually(lambda: len(work.operator.webhook_secrets) == 1)
        yield scene, Forge(server, server.repository(), f"http://127.0.0.1:{port}{GitCaller.path}")
        await clear(scene)
        for kind, name in await left(scene):
            await scene.until_gone(kind, name)
        await scene.delete(SECRETS, "push-key", namespace="vidra-system")
    await client.close()


async def test_a_push_is_applied_when_the_server_calls(called: tuple[Scene, Forge]) -> None:
    scene, forge = called
    await forge.push({"map.yaml": write([config_map("one", colour="red")])})
    git = {"url": forge.url, "insecure": True, "branch": "main"}
    name = await scene.vidra_sync(source={"git": git}, interval="1h")
    await scene.until_vidra_sync(name)
    assert await forge.push({"map.yaml": write([config_map("one", colour="green")])}, key="another") == 401
    assert await forge.push({"map.yaml": write([config_map("one", colour="white")])}, branch="other") == 202
    assert await forge.push({"map.yaml": write([config_map("one", colour="blue")])}) == 202
    await scene.until(
        CONFIG_MAPS, "one", lambda item: bool(item["data"]["colour"] == "blue"), namespace=scene.namespace
    )
    assert (await scene.get(VIDRA_SYNCS, name) or {})["metadata"]["generation"] == 1
