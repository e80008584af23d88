"""What a person does on the page is done with their own rights, once they are asked for, and in their name."""

from collections.abc import Callable
from typing import Any

import msgspec

from testkit.environment import RESOURCES, SYNCS, Json, Scene, connection_to, has_reason
from testkit.eventually import eventually
from testkit.objects import cluster_rights, config_map
from vidra.api.names import APPROVE_PRUNE, GROUP
from vidra.manifests.write import write

Open = Callable[..., Any]


async def one(scene: Scene, count: int = 1) -> tuple[str, str]:
    """A VidraResource of somebody's hand: name and UID."""
    name = await scene.resource(write([config_map(f"map-{each:02}", colour="red") for each in range(count)]))
    found = await scene.until_resource(name)
    return name, found["metadata"]["uid"]


async def test_reconcile_suspend_and_resume(opened: Open, scene: Scene) -> None:
    name, uid = await one(scene)
    page = await opened()
    for action, done in (("reconcile", "requested"), ("suspend", "suspended"), ("resume", "resumed")):
        answer = await page.post(f"api/act/{action}", {"name": f"vres/{name}", "uid": uid})
        assert answer.status == 200, answer.text
        assert answer.json["done"] == f"VidraResource {name}: {done}"
    found: Json = await scene.client.get(RESOURCES.path(name=name), dict)
    assert not found["spec"].get("suspend")
    await scene.until(RESOURCES, name, lambda item: bool(item["status"].get("lastHandledRequestedAt")))
    listed: Json = await scene.client.get("/api/v1/namespaces/default/events", dict)
    said = [item["message"] for item in listed["items"] if item["involvedObject"]["name"] == name]
    assert {"admin: reconcile, on the page", "admin: suspend, on the page"} <= set(said)
    managers = {entry["manager"] for entry in found["metadata"]["managedFields"]}
    assert "vidra-ui" in managers


async def test_what_was_recreated_is_not_meant(opened: Open, scene: Scene) -> None:
    name, _ = await one(scene)
    page = await opened()
    answer = await page.post("api/act/suspend", {"name": f"vres/{name}", "uid": "another"})
    assert answer.status == 409
    assert "recreated" in answer.error


async def test_who_may_not_is_told_what_is_missing(opened: Open, scene: Scene) -> None:
    name, uid = await one(scene)
    token = await scene.token_of("reader")
    rule = {"apiGroups": [GROUP], "resources": ["*"], "verbs": ["get", "list", "watch"]}
    for body in cluster_rights("reader", scene.namespace, rule):
        await scene.apply(body)
    page = await opened(connection=msgspec.structs.replace(connection_to(scene.plane), token=token))

    async def sees() -> bool:
        return bool((await page.get(f"api/detail/resource/{name}")).status == 200)

    await eventually(sees)
    mine = (await page.get("api/me")).json
    assert mine["person"]["user"] == f"system:serviceaccount:{scene.namespace}:reader"
    allowed = {(right["verb"], right["resource"]): right["allowed"] for right in mine["rights"]}
    assert allowed["list", "vidraresources"]
    assert not allowed["patch", "vidraresources"]
    answer = await page.post("api/act/suspend", {"name": f"vres/{name}", "uid": uid})
    assert answer.status == 403
    assert answer.error == "your role does not have the verb patch on vidraresources.infrahub.operators.com"
    preview = await page.post("api/diff", {"name": f"vres/{name}"})  # S1
    assert preview.status == 403


async def test_exactly_the_set_that_was_seen_is_approved(opened: Open, scene: Scene) -> None:
    name, uid = await one(scene, 20)
    await scene.resource(write([config_map("map-00", colour="red")]), name=name)
    await scene.until_resource(name, has_reason("PruneHeld"))
    page = await opened()
    held = (await page.get(f"api/held/resource/{name}")).json
    assert len(held["objects"]) == 19
    assert held["objects"][0]["ref"].startswith(f"ConfigMap {scene.namespace}/map-")
    await scene.resource(write([config_map(f"map-{each:02}", colour="red") for each in range(2)]), name=name)
    await scene.until(RESOURCES, name, lambda item: item["status"].get("heldPrune", {}).get("objects") == 18)
    refused = await page.post("api/act/approve", {"name": f"vres/{name}", "uid": uid, "id": held["id"]})
    assert refused.status == 409
    assert "changed meanwhile" in refused.error
    found: Json = await scene.client.get(RESOURCES.path(name=name), dict)
    assert APPROVE_PRUNE not in found["metadata"].get("annotations", {})
    anew = (await page.get(f"api/held/resource/{name}")).json
    agreed = await page.post("api/act/approve", {"name": f"vres/{name}", "uid": uid, "id": anew["id"]})
    assert agreed.status == 200, agreed.text
    await scene.until(RESOURCES, name, lambda item: len(item["status"]["managedResources"]) == 2)


async def test_a_branch_is_previewed_with_what_would_be_refused(opened: Open, scene: Scene) -> None:
    scene.infrahub.add_artifact("Web", write([config_map("one", colour="red")]))
    sync = await scene.sync("Web", interval="1h")
    await scene.until_sync(sync)
    page = await opened()
    mark = scene.plane.audit.mark()
    now = await page.post("api/diff", {"name": f"isync/{sync}"})
    assert now.status == 200, now.text
    assert now.json["changes"] == []
    nowhere = await page.post("api/diff", {"name": f"isync/{sync}", "branch": "nowhere"})
    assert "nowhere" in nowhere.text
    writes = [entry for entry in await scene.plane.audit.since(mark) if entry.verb in {"patch", "create", "delete"}]
    assert [entry.uri for entry in writes if scene.namespace in entry.uri and "dryRun=All" not in entry.uri] == []
    found: Json = await scene.client.get(SYNCS.path(name=sync), dict)
    detail = (await page.get(f"api/detail/sync/{sync}")).json
    assert detail["uid"] == found["metadata"]["uid"]
    assert detail["facts"]["Artifact"] == "Web"


async def test_an_object_says_where_it_comes_from_and_who_holds_what(opened: Open, scene: Scene) -> None:
    name = await scene.resource(write([config_map("shared", colour="red")]))
    await scene.until_resource(name)
    await scene.apply(config_map("shared", scene.namespace, size="large"), manager="a-stranger")
    page = await opened()
    place = {"apiVersion": "v1", "kind": "ConfigMap", "namespace": scene.namespace, "name": "shared"}
    shown = await page.get("api/object", **place)
    assert shown.status == 200, shown.text
    holders = {field["path"]: field["holders"] for field in shown.json["fields"]}
    assert holders["data.colour"] == [name]
    assert holders["data.size"] == ["a-stranger"]
    traced = (await page.get("api/trace", object="cm/shared", namespace=scene.namespace)).json
    assert [origin["resource"] for origin in traced["origins"]] == [name]
    live = (await page.get(f"api/live/{name}")).json
    assert [(node["name"], node["state"]) for node in live["children"]] == [("shared", "ok")]
    assert (await page.get("api/trace", object="nonsense")).status == 400
    assert (await page.get("api/object", **{**place, "name": "missing"})).status == 422
