"""Behind a proxy that names people, everything is asked as the person it names: nobody sees more than their own."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from testkit.environment import RESOURCES, Json, Scene, connection_to
from testkit.eventually import eventually
from testkit.objects import cluster_rights, config_map
from testkit.page import Answer, Browser
from vidra.api.names import GROUP
from vidra.manifests.write import write
from vidra.ui.identity import ByProxy
from vidra.ui.serve import cluster_page

ORIGIN = "https://vidra.example.com"
SECRET = {"X-Vidra-Proxy-Secret": "of-the-proxy"}
Ask = Callable[[str], dict[str, Any]]


@pytest.fixture
async def page(scene: Scene, page_files: Path, tmp_path: Path) -> AsyncIterator[Browser]:
    """A page whose own account may do everything: only impersonation keeps people apart."""
    file = tmp_path / "proxy-secret"
    file.write_text("of-the-proxy\n")
    account = await scene.token_of("page")
    for body in cluster_rights("page", scene.namespace, {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}):
        await scene.apply(body)
    identify = ByProxy(msgspec.structs.replace(connection_to(scene.plane), token=account), file)
    served = cluster_page("127.0.0.1:0", identify, [ORIGIN], ("vidra-system",), folder=page_files)
    async with served as port, aiohttp.ClientSession(headers={"Host": "vidra.example.com"}) as session:
        yield Browser(session, f"http://127.0.0.1:{port}")


async def answers(page: Browser, person: str, scene: Scene, name: str) -> dict[str, Answer]:
    """Everything that a page asks for about a VidraResource and its object, as a person."""
    as_person = {**SECRET, "X-Forwarded-User": person}
    place = {"kind": "ConfigMap", "name": "one", "namespace": scene.namespace}
    return {
        "detail": await page.get(f"api/detail/vres/{name}", headers=as_person),
        "held": await page.get(f"api/held/vres/{name}", headers=as_person),
        "timeline": await page.get(f"api/timeline/vres/{name}", headers=as_person),
        "drift": await page.get(f"api/drift/vres/{name}", headers=as_person),
        "live": await page.get(f"api/live/{name}", headers=as_person),
        "object": await page.get("api/object", headers=as_person, apiVersion="v1", **place),
        "trace": await page.get("api/trace", headers=as_person, object="cm/one", namespace=scene.namespace),
        "diff": await page.post("api/diff", {"name": f"vres/{name}"}, {**as_person, "Origin": ORIGIN}),
    }


async def test_who_has_no_rights_sees_nothing_and_who_has_them_sees_all(page: Browser, scene: Scene) -> None:
    name = await scene.resource(write([config_map("one", colour="red-marker")]))
    await scene.until_resource(name)
    await scene.patch(
        RESOURCES, name, {"spec": {"suspend": True, "manifest": write([config_map("one", colour="blue")])}}
    )
    mark = scene.plane.audit.mark()
    stranger = f"stranger-{scene.namespace}"
    for what, answer in (await answers(page, stranger, scene, name)).items():
        assert answer.status in {403, 422}, (what, answer.text)
        assert "cannot" in answer.error, what
        assert "red-marker" not in answer.text
        assert "blue" not in answer.text
    await _all_asked_as(stranger, scene, mark)

    ada = f"ada-{scene.namespace}"
    for body in _may_do(ada):
        await scene.apply(body)

    async def known() -> bool:
        return (await answers(page, ada, scene, name))["diff"].status == 200

    await eventually(known)
    mark = scene.plane.audit.mark()
    found = await answers(page, ada, scene, name)
    assert {what: answer.status for what, answer in found.items()} == dict.fromkeys(found, 200)
    assert "red-marker" in found["object"].text
    assert [change["action"] for change in found["diff"].json["changes"]] == ["change"]
    assert found["live"].json["children"][0]["state"] == "ok"
    await _all_asked_as(ada, scene, mark)
    for what, answer in (await answers(page, stranger, scene, name)).items():
        assert answer.status in {403, 422}, what


async def _all_asked_as(person: str, scene: Scene, mark: Any) -> None:
    """Every request of the page's account was made as a person, and none as the account itself."""
    account = f"system:serviceaccount:{scene.namespace}:page"
    sent = [entry for entry in await scene.plane.audit.since(mark) if entry.user == account]
    people = {entry.acting_as for entry in sent}
    assert person in people
    assert "" not in people, [entry.uri for entry in sent if not entry.acting_as]


def _may_do(person: str) -> list[Json]:
    rbac, name = "rbac.authorization.k8s.io", {"name": person}
    rules = [
        {"apiGroups": [GROUP], "resources": ["*"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": [""], "resources": ["configmaps", "secrets", "namespaces"], "verbs": ["get", "list", "patch"]},
    ]
    return [
        {"apiVersion": f"{rbac}/v1", "kind": "ClusterRole", "metadata": name, "rules": rules},
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": name,
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", **name},
            "subjects": [{"kind": "User", "apiGroup": rbac, **name}],
        },
    ]
