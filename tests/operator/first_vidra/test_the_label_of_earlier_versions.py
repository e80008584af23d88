"""What an earlier version applied with the label `managed-by=vidra` is seen after the upgrade, at one write each."""

from collections.abc import Awaitable, Callable

import pytest

from testkit.controlplane.audit import AuditEntry
from testkit.environment import RESOURCES, Json, Scene, condition
from testkit.objects import config_map, namespace, secret
from testkit.operating import Operating
from vidra.api.names import FORMER_LABEL, FORMER_VALUE, MANAGED_LABEL
from vidra.apply.field_owner import Owner
from vidra.kube import kind_informer as view
from vidra.manifests.write import write

FORMER = {FORMER_LABEL: FORMER_VALUE}
BOTH = {**FORMER, MANAGED_LABEL: "true"}
OBJECTS = [
    config_map("one", colour="red"),
    secret("two", word="open"),
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "registry.example.com/web:1"}]},
            },
        },
    },
]
NAMES = {"one", "two", "web"}

Upgrade = Callable[[], Awaitable[int]]
"""Replaces the earlier operator by this one; gives a mark in the audit log from between the two."""


@pytest.fixture
async def upgrade(own_scene: Scene, own_operator: Operating, monkeypatch: pytest.MonkeyPatch) -> Upgrade:
    """An operator is at work that labels and watches as versions before 2026-11-29 did."""
    await own_operator.stop()
    monkeypatch.setattr(Owner, "labels", property(lambda _: dict(FORMER)))
    monkeypatch.setattr(view, "SELECTOR", f"{FORMER_LABEL}={FORMER_VALUE}")
    await own_operator.start()

    async def upgrade() -> int:
        await own_operator.stop()
        monkeypatch.undo()
        mark = own_scene.plane.audit.mark()
        await own_operator.start()
        return mark

    return upgrade


async def writes(scene: Scene, mark: int, names: set[str]) -> list[AuditEntry]:
    found = await scene.plane.audit.since(mark)
    return [entry for entry in found if entry.verb not in {"get", "list", "watch"} and entry.name in names]


async def find(scene: Scene, body: Json) -> Json:
    kind = await scene.kind(body["apiVersion"], body["kind"])
    found = await scene.get(kind, body["metadata"]["name"], namespace=scene.namespace)
    assert found is not None
    return found


async def labelled(scene: Scene, body: Json) -> Json:
    kind = await scene.kind(body["apiVersion"], body["kind"])
    name = body["metadata"]["name"]
    return await scene.until(
        kind, name, lambda item: MANAGED_LABEL in item["metadata"]["labels"], namespace=scene.namespace
    )


async def test_each_object_gets_its_label_by_one_write_and_nothing_else(own_scene: Scene, upgrade: Upgrade) -> None:
    name = await own_scene.resource(write(OBJECTS), destination={"reconcileOnEvents": True})
    await own_scene.until_resource(name)
    before = [await find(own_scene, body) for body in OBJECTS]
    assert [item["metadata"]["labels"] for item in before] == [FORMER] * 3
    mark = await upgrade()
    after = [await labelled(own_scene, body) for body in OBJECTS]
    for old, new in zip(before, after, strict=True):
        assert new["metadata"]["labels"] == BOTH
        assert (new.get("spec"), new.get("data")) == (old.get("spec"), old.get("data"))
        assert new["metadata"].get("generation") == old["metadata"].get("generation")
    # Drift is seen from now on.
    configs = await own_scene.kind("v1", "ConfigMap")
    await own_scene.patch(configs, "one", {"data": {"colour": "blue"}}, namespace=own_scene.namespace)
    await own_scene.until(configs, "one", lambda item: item["data"] == {"colour": "red"}, namespace=own_scene.namespace)
    by_vidra = [entry for entry in await writes(own_scene, mark, NAMES | {name}) if "fieldManager=vidra" in entry.uri]
    assert sorted(entry.name for entry in by_vidra) == ["one", "one", "two", "web"]


async def test_what_somebody_changed_is_neither_reverted_nor_blamed_on_the_upgrade(
    own_scene: Scene, upgrade: Upgrade
) -> None:
    configs = await own_scene.kind("v1", "ConfigMap")
    name = await own_scene.resource(write(OBJECTS), driftPolicy="Report")
    await own_scene.until_resource(name)
    edit = {"data": {"colour": "blue"}}
    await own_scene.patch(configs, "one", edit, namespace=own_scene.namespace)
    told = {"object": f"ConfigMap {own_scene.namespace}/one (v1)", "fields": [".data.colour"]}
    await own_scene.request(name, "look")
    await upgrade()
    assert (await labelled(own_scene, OBJECTS[0]))["data"] == {"colour": "blue"}
    drifted = (await own_scene.request(name, "again"))["status"]["drifted"]
    assert [{key: item[key] for key in told} for item in drifted] == [told]


@pytest.mark.occasional
async def test_owners_of_one_object_do_not_take_each_others_label_for_drift(own_scene: Scene, upgrade: Upgrade) -> None:
    names = [await own_scene.resource(write(OBJECTS[:1])) for _ in range(3)]
    for name in names:
        await own_scene.until_resource(name)
    mark = await upgrade()
    await labelled(own_scene, OBJECTS[0])
    for name in names:
        await own_scene.request(name, "again")
    assert len(await writes(own_scene, mark, {"one"})) <= len(names)
    events = [event for name in names for event in await own_scene.events_about(name)]
    assert {event["reason"] for event in events} == {"Applied"}


async def test_the_former_label_goes_with_the_next_text(own_scene: Scene, upgrade: Upgrade) -> None:
    name = await own_scene.resource(write(OBJECTS[:1]))
    await own_scene.until_resource(name)
    await upgrade()
    await labelled(own_scene, OBJECTS[0])
    await own_scene.resource(write([config_map("one", colour="green")]), name=name)
    await own_scene.until_resource(name)
    assert (await find(own_scene, OBJECTS[0]))["metadata"]["labels"] == {MANAGED_LABEL: "true"}


@pytest.mark.parametrize("policy", ["Delete", "Orphan"])
async def test_nothing_of_either_label_outlives_its_owner(own_scene: Scene, upgrade: Upgrade, policy: str) -> None:
    there = f"{own_scene.namespace}-{policy.lower()}"
    await own_scene.apply(namespace(there))
    where = {"namespace": there, "createNamespace": True}
    name = await own_scene.resource(write([config_map("box")]), destination=where, deletionPolicy=policy)
    await own_scene.until_resource(name)
    await upgrade()
    namespaces = await own_scene.kind("v1", "Namespace")
    await own_scene.until(namespaces, there, lambda item: MANAGED_LABEL in item["metadata"]["labels"])
    await own_scene.delete(RESOURCES, name)
    await own_scene.until_gone(RESOURCES, name)
    left = [await own_scene.get(namespaces, there)]
    if policy == "Orphan":
        left.append(await own_scene.get(await own_scene.kind("v1", "ConfigMap"), "box", namespace=there))
    for item in left:
        assert item is not None
        assert "vidra" not in str(item["metadata"])


async def test_a_vidraresource_that_is_deleted_right_after_the_upgrade_takes_its_objects_along(
    own_scene: Scene, upgrade: Upgrade
) -> None:
    name = await own_scene.resource(write(OBJECTS), suspend=True)
    await own_scene.resource(write(OBJECTS), name=name, suspend=False)
    await own_scene.until_resource(name)
    await own_scene.resource(write(OBJECTS), name=name, suspend=True)
    await own_scene.until_resource(name, lambda item: condition(item).get("reason") == "Suspended")
    await upgrade()
    await own_scene.delete(RESOURCES, name)
    await own_scene.until_gone(RESOURCES, name)
    for body in OBJECTS:
        kind = await own_scene.kind(body["apiVersion"], body["kind"])
        assert await own_scene.get(kind, body["metadata"]["name"], namespace=own_scene.namespace) is None
