"""Who may write objects may write as Vidra's field manager, or edit managedFields: it is drift like any other."""

import asyncio
import base64
from typing import Any

import pytest

from testkit.environment import Json, Scene
from testkit.objects import config_map, secret
from testkit.operating import Operating
from vidra.manifests.write import write

AT_ONCE = {"reconcileOnEvents": True}
MINE = {"labels": {"mine": "1"}, "annotations": {"note": "as in Infrahub"}}
BOX: Json = config_map("it", colour="red") | {"metadata": {"name": "it", **MINE}}
SECRET: Json = secret("it", word="open")
ROLE: Json = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "Role",
    "metadata": {"name": "it"},
    "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
}
ACCOUNT: Json = {
    "apiVersion": "v1",
    "kind": "ServiceAccount",
    "metadata": {"name": "it"},
    "automountServiceAccountToken": False,
}
CHANGES: dict[str, tuple[Json, Json]] = {
    "a value of a ConfigMap": (BOX, {"data": {"colour": "blue"}}),
    "a label": (BOX, {"metadata": {"labels": {"mine": "2"}}}),
    "an annotation": (BOX, {"metadata": {"annotations": {"note": "something else"}}}),
    "a password": (SECRET, {"data": {"word": base64.b64encode(b"evil").decode()}}),
    "a right": (ROLE, {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["delete"]}]}),
    "a switch": (ACCOUNT, {"automountServiceAccountToken": True}),
}


class Given:
    """One object as Vidra applied it, and who may write it under Vidra's name."""

    def __init__(self, scene: Scene, body: Json, name: str) -> None:
        self._scene = scene
        self._body = body
        self.name = name

    async def live(self) -> Json:
        found = await self._scene.get(await self._kind(), "it", namespace=self._scene.namespace)
        assert found is not None
        return found

    async def apply_as_vidra(self, change: Json) -> Json:
        """The same fields, with other values."""
        live = await self.live()
        kept = {key: dict(live["metadata"][key]) for key in ("labels", "annotations")}
        for key, values in change.get("metadata", {}).items():
            kept[key] |= values
        metadata = {"name": "it", "namespace": self._scene.namespace, **kept}
        return await self._scene.apply(
            {**live_fields(live, self._body), **change, "metadata": metadata}, manager=manager(live)
        )

    async def patch(self, patch: Json) -> Json:
        return await self._scene.patch(await self._kind(), "it", patch, namespace=self._scene.namespace)

    async def until_reverted(self, before: Json) -> None:
        def check(item: Json) -> bool:
            return values(item) == values(before)

        await self._scene.until(await self._kind(), "it", check, namespace=self._scene.namespace)

    async def _kind(self) -> Any:
        return await self._scene.kind(self._body["apiVersion"], self._body["kind"])


async def given(scene: Scene, body: Json, **spec: Any) -> Given:
    name = await scene.resource(write([body]), **spec)
    await scene.until_resource(name)
    return Given(scene, body, name)


def manager(live: Json) -> str:
    [name] = [one["manager"] for one in live["metadata"]["managedFields"] if one["manager"].startswith("vidra:")]
    return str(name)


def live_fields(live: Json, body: Json) -> Json:
    """What Vidra applied, as the API server holds it."""
    left = {"stringData": "data"}
    return {left.get(key, key): live[left.get(key, key)] for key in body}


def values(item: Json) -> Json:
    """What an object is, without what every write changes."""
    changes = {"managedFields", "resourceVersion"}
    metadata = {key: value for key, value in item["metadata"].items() if key not in changes}
    return {**item, "metadata": metadata}


@pytest.mark.parametrize(("body", "change"), CHANGES.values(), ids=CHANGES)
async def test_what_is_applied_under_vidras_name_is_reverted_at_once(scene: Scene, body: Json, change: Json) -> None:
    it = await given(scene, body, destination=AT_ONCE)
    before = await it.live()
    for _ in range(2):
        assert values(await it.apply_as_vidra(change)) != values(before)
        await it.until_reverted(before)
    event = await scene.until_event(it.name, "DriftReverted")
    assert f"{body['kind']} {scene.namespace}/it" in event["message"]


@pytest.mark.parametrize("spec", [{"destination": AT_ONCE}, {"interval": "2s"}], ids=["at once", "at the interval"])
async def test_field_ownership_that_is_made_to_look_as_before_hides_nothing(scene: Scene, spec: Json) -> None:
    it = await given(scene, BOX, **spec)
    before = await it.live()
    await it.patch({"data": {"colour": "blue"}})
    await it.patch({"metadata": {"managedFields": before["metadata"]["managedFields"]}})
    await it.until_reverted(before)


async def test_a_time_that_is_put_back_hides_nothing(scene: Scene) -> None:
    it = await given(scene, BOX, interval="2s")
    before = await it.live()
    await it.apply_as_vidra({"data": {"colour": "blue"}})
    await it.patch({"metadata": {"managedFields": before["metadata"]["managedFields"]}})
    await it.until_reverted(before)


async def test_it_is_reported_where_nothing_is_to_be_written(scene: Scene) -> None:
    it = await given(scene, BOX, destination=AT_ONCE, driftPolicy="Report")
    await it.apply_as_vidra({"data": {"colour": "blue"}})
    found = await scene.until_resource(it.name, lambda item: bool(item["status"].get("drifted")))
    assert found["status"]["drifted"][0]["fields"] == [".data.colour"]


async def test_what_happened_while_vidra_was_stopped_is_noticed(own_scene: Scene, own_operator: Operating) -> None:
    it = await given(own_scene, BOX, destination=AT_ONCE)
    before = await it.live()
    await own_operator.stop()
    while times(await it.apply_as_vidra({"data": {"colour": "blue"}})) == times(before):
        await it.apply_as_vidra({"data": {"colour": "green"}})
        await asyncio.sleep(0.1)  # the API server writes down whole seconds
    await own_operator.start()
    await it.until_reverted(before)


async def test_what_is_as_it_should_be_is_read_once_and_never_written(own_scene: Scene) -> None:
    """An entry of Vidra's that moved is a sign, and no more: here nobody changed a value of Vidra's."""
    it = await given(own_scene, BOX, interval="1s")
    witness = await own_scene.resource(write([config_map("witness", colour="red")]), interval="1s")
    await own_scene.until_resource(witness)
    entries = (await it.live())["metadata"]["managedFields"]
    mark = own_scene.plane.audit.mark()
    moved = [{**entry, "time": "2026-01-01T00:00:00Z"} for entry in entries]
    await it.patch({"metadata": {"managedFields": moved, "annotations": {"theirs": "1"}}})
    await intervals(own_scene)
    first = await requests(own_scene, mark, it.name)
    mark = own_scene.plane.audit.mark()
    await intervals(own_scene)
    assert (first, await requests(own_scene, mark, it.name)) == (["patch", "get"], [])  # the patch is ours


def times(item: Json) -> list[str]:
    return [entry["time"] for entry in item["metadata"]["managedFields"]]


async def requests(scene: Scene, mark: int, name: str) -> list[str]:
    entries = await scene.plane.audit.since(mark)
    return [
        one.verb
        for one in entries
        if one.name in {"it", name} and one.user_agent.startswith("vidra/") and one.verb != "watch"
    ]


async def intervals(scene: Scene) -> None:
    """Let two intervals of one second pass: a witness is reverted at its own, which is as long."""
    configs = await scene.kind("v1", "ConfigMap")
    for _ in range(2):
        await scene.patch(configs, "witness", {"data": {"colour": "blue"}}, namespace=scene.namespace)
        await scene.until(
            configs, "witness", lambda item: bool(item["data"] == {"colour": "red"}), namespace=scene.namespace
        )
