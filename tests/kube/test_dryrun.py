"""What is rehearsed is answered as if it were done, and is not done."""

from typing import Any

import pytest

from testkit.controlplane import ControlPlane
from testkit.objects import config_map
from vidra.kube.client import APPLY_PATCH, MERGE_PATCH, Client, encode
from vidra.kube.connection import Connection
from vidra.kube.dry_run import DryRun
from vidra.kube.errors import ApiError
from vidra.kube.operations import apply, create, delete, delete_all, look

Json = dict[str, Any]


@pytest.fixture
async def rehearsing(controlplane: ControlPlane) -> Any:
    client = DryRun(Connection(server=controlplane.server, ca=controlplane.ca.decode(), token=controlplane.token))
    yield client
    await client.close()


@pytest.fixture
async def path(controlplane: ControlPlane, namespace: str) -> str:
    """Of a ConfigMap that is there."""
    collection = f"/api/v1/namespaces/{namespace}/configmaps"
    await controlplane.request("POST", collection, config_map("there", namespace, a="1"))
    return f"{collection}/there"


async def _now(controlplane: ControlPlane, path: str) -> Json:
    answer = await controlplane.request("GET", path)
    assert answer.status == 200, answer
    return dict(answer.body)


async def test_a_change_is_answered_and_not_made(controlplane: ControlPlane, rehearsing: DryRun, path: str) -> None:
    before = await _now(controlplane, path)
    patch = encode({"data": {"a": "2"}})
    await rehearsing.send("PATCH", path, body=patch, content_type=MERGE_PATCH)
    assert rehearsing.writes[path].before == before
    assert (rehearsing.writes[path].after or {})["data"] == {"a": "2"}
    assert await _now(controlplane, path) == before


async def test_an_apply_is_answered_with_defaults_and_not_made(
    controlplane: ControlPlane, rehearsing: DryRun, namespace: str
) -> None:
    path = f"/api/v1/namespaces/{namespace}/services/web"
    body = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}}
    await apply(rehearsing, path, encode(body), manager="somebody", force=True)
    after = rehearsing.writes[path].after
    assert after is not None
    assert after["spec"]["type"] == "ClusterIP"
    assert rehearsing.writes[path].before is None
    assert (await controlplane.request("GET", path)).status == 404


async def test_a_deletion_with_preconditions_is_answered_and_not_made(
    controlplane: ControlPlane, rehearsing: DryRun, path: str
) -> None:
    before = await _now(controlplane, path)
    metadata = before["metadata"]
    assert await delete(rehearsing, path, uid=metadata["uid"], resource_version=metadata["resourceVersion"])
    assert rehearsing.writes[path].after is None
    assert await _now(controlplane, path) == before


async def test_deletions_without_options_are_not_made(
    controlplane: ControlPlane, rehearsing: DryRun, path: str
) -> None:
    before = await _now(controlplane, path)
    await rehearsing.send("DELETE", path)
    await delete_all(rehearsing, path.rpartition("/")[0], "no=such")
    assert await _now(controlplane, path) == before


async def test_a_creation_is_not_made(controlplane: ControlPlane, rehearsing: DryRun, namespace: str) -> None:
    collection = f"/api/v1/namespaces/{namespace}/configmaps"
    await create(rehearsing, collection, encode(config_map("new", namespace)), dict)
    assert (await controlplane.request("GET", f"{collection}/new")).status == 404


async def test_what_the_server_refuses_is_refused(rehearsing: DryRun, path: str) -> None:
    with pytest.raises(ApiError) as refused:
        await rehearsing.send("PATCH", path, body=encode({"data": {"a": 1}}), content_type=MERGE_PATCH)
    assert refused.value.code in {400, 422}
    assert path not in rehearsing.writes


async def test_an_object_in_a_namespace_that_is_rehearsed_counts_as_written(rehearsing: DryRun, namespace: str) -> None:
    space = f"{namespace}-new"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}}
    await apply(rehearsing, f"/api/v1/namespaces/{space}", encode(body), manager="somebody", force=True)
    inside = f"/api/v1/namespaces/{space}/configmaps/inside"
    await apply(rehearsing, inside, encode(config_map("inside", space, a="1")), manager="somebody", force=True)
    assert (rehearsing.writes[inside].after or {})["data"] == {"a": "1"}
    assert await look(rehearsing, inside) is None


async def test_an_object_in_a_namespace_that_nobody_makes_is_refused(rehearsing: DryRun) -> None:
    path = "/api/v1/namespaces/nowhere/configmaps/inside"
    with pytest.raises(ApiError) as refused:
        await apply(rehearsing, path, encode(config_map("inside", "nowhere")), manager="somebody", force=True)
    assert refused.value.not_found


async def test_an_object_is_made_anew_in_the_place_of_one_that_is_rehearsed_away(
    controlplane: ControlPlane, rehearsing: DryRun, path: str, namespace: str
) -> None:
    before = await _now(controlplane, path)
    await delete(rehearsing, path, uid=before["metadata"]["uid"])
    body = config_map("there", namespace, a="anew")
    body["metadata"]["resourceVersion"] = "1"  # which creates, and is a conflict for what exists
    await rehearsing.send("PATCH", path, query={"fieldManager": "x"}, body=encode(body), content_type=APPLY_PATCH)
    assert (rehearsing.writes[path].before or {})["data"] == {"a": "1"}
    assert (rehearsing.writes[path].after or {})["data"] == {"a": "anew"}
    assert await _now(controlplane, path) == before


async def test_reading_is_reading(rehearsing: Client, path: str) -> None:
    assert (await rehearsing.get(path, dict))["data"] == {"a": "1"}
