"""A page in a cluster shows everybody what they may see, with their own rights, for as long as they have them."""

import base64
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from testkit.environment import Scene, connection_to
from testkit.eventually import eventually
from testkit.objects import cluster_rights, config_map
from testkit.page import Browser
from vidra.api.names import GROUP
from vidra.kube.connection import Connection
from vidra.kube.discovery import Kind
from vidra.manifests.write import write
from vidra.ui import stream
from vidra.ui.identity import ByProxy, ByToken, Identify, NotIdentifiedError, expiry, impersonation
from vidra.ui.serve import cluster_page

ORIGIN = "https://vidra.example.com"
READ = {"apiGroups": [GROUP], "resources": ["*"], "verbs": ["get", "list", "watch"]}
BINDINGS = Kind("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", namespaced=False)
Serve = Callable[..., Any]


@pytest.fixture
async def served(page_files: Path) -> AsyncIterator[Serve]:
    """A page in a cluster: ``await served(identify)`` gives somebody's browser."""
    async with AsyncExitStack() as stack:

        async def serve(identify: Identify, **options: Any) -> Browser:
            page = cluster_page("127.0.0.1:0", identify, [ORIGIN], ("vidra-system",), folder=page_files, **options)
            port = await stack.enter_async_context(page)
            session = aiohttp.ClientSession(headers={"Host": "vidra.example.com"})
            await stack.enter_async_context(session)
            return Browser(session, f"http://127.0.0.1:{port}")

        yield serve


async def reader(scene: Scene, name: str) -> str:
    """A token of somebody who may read, as soon as the API server knows that."""
    token = await scene.token_of(name)
    for body in cluster_rights(name, scene.namespace, READ):
        await scene.apply(body)
    return token


def home(scene: Scene) -> Connection:
    """What a Pod knows of its API server, with an account that may do nothing."""
    return msgspec.structs.replace(connection_to(scene.plane), token="of-the-pod")


async def allowed(page: Browser) -> None:
    """Wait until the API server knows a right that was just given."""

    async def knows() -> bool:
        return bool((await page.get("api/me")).json["rights"][0]["allowed"])

    await eventually(knows)


async def test_each_sees_by_their_own_token_and_nobody_what_another_saw(served: Serve, scene: Scene) -> None:
    name = await scene.resource(write([config_map("one")]))
    page = await served(ByToken(home(scene)))
    assert (await page.get("api/me")).status == 401  # S8
    mark = scene.plane.audit.mark()
    page.secret = await reader(scene, "sees")
    await allowed(page)
    async with page.stream("resources") as event:
        assert name in (await event("snapshot"))["tables"]["resources"]
    stranger = Browser(page.session, page.origin)
    stranger.secret = await scene.token_of("sees-nothing")
    async with stranger.stream("resources") as event:  # S7
        snapshot = await event("snapshot")
    assert snapshot["tables"]["resources"] == {}
    assert "forbidden" in snapshot["sight"]["vidraresources"]["why"]
    users = {entry.user for entry in await scene.plane.audit.since(mark) if "vidraresources" in entry.uri}
    assert f"system:serviceaccount:{scene.namespace}:sees" in users
    assert not any("of-the-pod" in user for user in users)  # S6


async def test_live_objects_of_other_clusters_are_not_shown(served: Serve, scene: Scene) -> None:  # S5
    page = await served(ByToken(home(scene)))
    page.secret = scene.plane.token
    for path, query in (
        ("trace", {"object": "cm/one", "server": "https://east.example.com"}),
        ("object", {"apiVersion": "v1", "kind": "ConfigMap", "name": "one", "server": "https://east.example.com"}),
    ):
        answer = await page.get(f"api/{path}", **query)
        assert answer.status == 403
        assert "vidra ui on your own machine" in answer.error


async def test_an_action_needs_the_verb_of_its_own(served: Serve, scene: Scene) -> None:
    name = await scene.resource(write([config_map("one")]))
    uid = (await scene.until_resource(name))["metadata"]["uid"]
    page = await served(ByToken(home(scene)))
    page.secret = await scene.token_of("patches")
    for body in cluster_rights("patches", scene.namespace, {**READ, "verbs": ["get", "list", "watch", "patch"]}):
        await scene.apply(body)
    await allowed(page)
    headers = {"Origin": ORIGIN}
    answer = await page.post("api/act/suspend", {"name": f"vres/{name}", "uid": uid}, headers)
    assert (answer.status, answer.error) == (403, f"your role does not have the verb suspend on vidraresources.{GROUP}")


async def test_a_stream_ends_with_the_right(served: Serve, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:  # S9
    monkeypatch.setattr(stream, "ASKED_AGAIN", 0.05)
    page = await served(ByToken(home(scene)))
    page.secret = await reader(scene, "leaves")
    await allowed(page)
    async with page.stream("syncs") as event:
        await event("snapshot")
        for body in cluster_rights("leaves", scene.namespace, READ):
            if body["kind"] == "ClusterRoleBinding":
                await scene.delete(BINDINGS, body["metadata"]["name"])
        lost = (await event("end"))["why"]
    assert lost == "your right to list infrahubsyncs and vidrasyncs and vidraresources was taken away"
    async with page.stream("syncs,resources") as event:  # and another page starts with nothing
        snapshot = await event("snapshot")
    assert snapshot["tables"] == {"syncs": {}, "resources": {}}
    assert "forbidden" in snapshot["sight"]["infrahubsyncs"]["why"]


async def test_a_stream_ends_with_the_token(served: Serve, scene: Scene) -> None:  # S9
    claims = base64.urlsafe_b64encode(msgspec.json.encode({"exp": time.time() + 1})).decode().rstrip("=")
    page = await served(ByToken(home(scene)))
    page.secret = f"e30.{claims}.made-up"
    async with page.stream("syncs") as event:
        assert "expired" in (await event("end"))["why"]
    assert expiry("no token") == expiry("a.b.c") == expiry("a.bnVsbA.c") == 0


async def test_a_proxy_names_people_only_with_its_secret(served: Serve, scene: Scene, tmp_path: Path) -> None:  # S6
    file = tmp_path / "secret"
    file.write_text("of-the-proxy\n")
    page = await served(ByProxy(connection_to(scene.plane), file))
    somebody = {"X-Forwarded-User": "ada", "X-Forwarded-Groups": "platform,viewers"}
    for proof in ({}, {"X-Vidra-Proxy-Secret": "guessed"}, {"X-Vidra-Proxy-Secret": ""}):
        assert (await page.get("api/me", headers={**somebody, **proof})).status == 401
    secret = {"X-Vidra-Proxy-Secret": "of-the-proxy"}
    assert (await page.get("api/me", headers=secret)).status == 401
    assert (await page.get("api/me", headers={**secret, "X-Forwarded-User": "system:admin"})).status == 401
    mark = scene.plane.audit.mark()
    answer = await page.get("api/me", headers={**secret, **somebody})
    assert answer.status == 200, answer.text
    assert answer.json["person"] == {"user": "ada", "groups": ["platform", "viewers", "system:authenticated"]}
    agents = [entry for entry in await scene.plane.audit.since(mark) if "selfsubject" in entry.uri]
    assert agents
    assert {entry.acting_as for entry in agents} == {"ada"}
    file.unlink()
    assert (await page.get("api/me", headers={**secret, **somebody})).status == 401


@pytest.mark.parametrize(
    ("user", "groups"),
    [
        ("", []),
        (" ", ["viewers"]),
        ("system:masters", []),
        ("ada", ["system:masters"]),
        ("a\nb", []),
        ("ada", [f"group-{each}" for each in range(101)]),
    ],
)
def test_nobody_is_impersonated_by_accident(user: str, groups: list[str]) -> None:  # S6
    with pytest.raises(NotIdentifiedError):
        impersonation(user, groups)


async def test_another_name_or_origin_is_refused(served: Serve, scene: Scene) -> None:  # S13, S17
    page = await served(ByToken(home(scene)), base="/vidra")
    page.secret = scene.plane.token
    assert (await page.get("vidra/api/about", headers={"Host": "10.0.0.1:8080"})).status == 421
    assert (await page.get("healthz", headers={"Host": "10.0.0.1:8080"})).text == "ok"
    body = {"name": "isync/web"}
    assert (await page.post("vidra/api/diff", body, {"Origin": "https://evil.example.com"})).status == 403
    assert (await page.post("vidra/api/diff", body, {"Origin": ORIGIN})).status == 422
    assert 'src="../assets/' in (await page.get("vidra/syncs/web")).text
    assert (await page.post("vidra/api/login", {"code": "x"}, {"Origin": ORIGIN})).status == 405
