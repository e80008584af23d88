"""Anybody can announce any object: its owner waits only for those who may apply it, and not for ever."""

import itertools
from typing import Any

import pytest

from testkit.environment import RESOURCES, Check, Json, Scene, condition, has_reason
from testkit.objects import annotated, config_map, deployment, namespace, rights
from testkit.sealed_status import write_as_vidra
from vidra.api.names import RECREATE
from vidra.manifests.write import write

REST = config_map("rest", a="b")
_RBAC = "rbac.authorization.k8s.io"
_numbers = itertools.count(1)
CONFIG_MAPS: Json = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["*"]}


class Team:
    """A namespace of somebody with an account that has these rights in it, and none elsewhere."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.place = scene, f"{scene.namespace}-team-{next(_numbers)}"
        self.account: Json = {"serviceAccountName": "deployer", "serviceAccountNamespace": self.place}
        self.missing = f"announced-later-{next(_numbers)}"

    async def settle(self) -> None:
        await self.scene.apply(namespace(self.place))
        for body in rights("deployer", self.place, {"apiGroups": ["", "apps"], "resources": ["*"], "verbs": ["*"]}):
            await self.scene.apply(body)

    async def grant(self, place: str, *rules: Json) -> None:
        """Give the account rights in a namespace."""
        metadata = {"name": self.place, "namespace": place}
        await self.scene.apply({"apiVersion": f"{_RBAC}/v1", "kind": "Role", "metadata": metadata, "rules": rules})
        await self.scene.apply(self.binding(self.place, place))

    def binding(self, role: str, place: str) -> Json:
        """What gives the account a Role in a namespace."""
        return {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "RoleBinding",
            "metadata": {"name": role, "namespace": place},
            "roleRef": {"apiGroup": _RBAC, "kind": "Role", "name": role},
            "subjects": [{"kind": "ServiceAccount", "name": "deployer", "namespace": self.place}],
        }

    async def announce(self, item: Json, first: Json | None = None, **spec: Any) -> str:
        """A VidraResource with an object in a wave that does not come before another object is there."""
        metadata = {**item["metadata"], "namespace": self.scene.namespace}
        later = annotated({**item, "metadata": metadata}, wave="1")
        manifest = write([first or config_map("first", self.missing), later])
        name = await self.scene.resource(manifest, destination={"namespace": self.place}, **spec)
        found = await self.scene.until_resource(name, lambda item: "wave 1 waits" in condition(item).get("message", ""))
        assert item["metadata"]["name"] in [entry["name"] for entry in found["status"]["managedResources"]]
        return name

    async def begin(self) -> None:
        """The wave may come: what the first object needs is there."""
        await self.scene.apply(namespace(self.missing))
        await self.grant(self.missing, CONFIG_MAPS)


@pytest.fixture
async def team(scene: Scene) -> Team:
    found = Team(scene)
    await found.settle()
    return found


async def uid_of(scene: Scene, item: Json) -> str:
    kind = await scene.kind(item["apiVersion"], item["kind"])
    found = await scene.get(kind, item["metadata"]["name"], namespace=scene.namespace)
    return str(found["metadata"]["uid"]) if found else ""


def answered(turn: str) -> Check:
    return lambda item: bool(item["status"].get("lastHandledRequestedAt") == turn)


async def waits(scene: Scene, name: str) -> str:
    found = await scene.until_resource(name, lambda item: "not removed before" in condition(item).get("message", ""))
    return str(condition(found)["message"])


@pytest.mark.parametrize("face", ["missing", "unhealthy", "suspended"])
async def test_who_may_not_write_an_object_holds_up_nobody(scene: Scene, team: Team, face: str) -> None:
    prod, second = config_map("prod", colour="red"), config_map("second", colour="red")
    owner = await scene.resource(write([prod, second, REST]))
    await scene.until_resource(owner)
    first = deployment("never") if face == "unhealthy" else None
    theirs = await team.announce(prod, first, **team.account)
    await team.announce(second, first, **team.account)
    if face == "suspended":
        await scene.patch(RESOURCES, theirs, {"spec": {"suspend": True}})
        await scene.until_resource(theirs, has_reason("Suspended"))
    await scene.resource(write([second, REST]), name=owner)
    await scene.until_resource(owner)
    assert not await uid_of(scene, prod)
    await scene.delete(RESOURCES, owner)
    await scene.until_gone(RESOURCES, owner)
    assert not await uid_of(scene, second)


@pytest.mark.faces(2)
@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize("rights", [False, True])
async def test_an_inventory_is_believed_only_of_who_may_write_the_object(
    scene: Scene, team: Team, rights: bool, deleted: bool
) -> None:
    """Whoever may write a status can write any UID into it."""
    prod = config_map("prod", colour="red")
    owner = await scene.resource(write([prod, REST]))
    await scene.until_resource(owner)
    if rights:
        await team.grant(scene.namespace, CONFIG_MAPS)
    theirs = await team.announce(prod, **team.account)
    # Suspended, it does not write its inventory anew over the forged one.
    await scene.patch(RESOURCES, theirs, {"spec": {"suspend": True}})
    await scene.until_resource(theirs, has_reason("Suspended"))
    entries = (await scene.get(RESOURCES, theirs) or {})["status"]["managedResources"]
    forged = [
        {**entry, "uid": await uid_of(scene, prod), "revision": "a-b"} if entry["name"] == "prod" else entry
        for entry in entries
    ]
    await write_as_vidra(scene, theirs, managedResources=forged)
    if deleted:
        await scene.delete(RESOURCES, owner)
        await scene.until_gone(RESOURCES, owner)
    else:
        await scene.resource(write([REST]), name=owner)
        await scene.until_resource(owner)
    assert bool(await uid_of(scene, prod)) is rights


async def test_who_may_not_write_objects_does_not_lift_the_limit_of_a_prune(scene: Scene, team: Team) -> None:
    many = [config_map(f"box-{number}") for number in range(12)]
    owner = await scene.resource(write([*many, REST]))
    await scene.until_resource(owner)
    there = [
        annotated({**item, "metadata": {**item["metadata"], "namespace": scene.namespace}}, wave="1") for item in many
    ]
    low = await scene.resource(
        write([config_map("first", team.missing), *there]), destination={"namespace": team.place}, **team.account
    )
    await scene.until_resource(low, lambda item: "wave 1 waits" in condition(item).get("message", ""))
    await scene.resource(write([REST]), name=owner)
    await scene.until_resource(owner, has_reason("PruneHeld"))
    assert await uid_of(scene, many[0])


async def test_who_may_not_write_an_object_does_not_keep_it_from_being_made_anew(scene: Scene, team: Team) -> None:
    def job(image: str) -> Json:
        template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "one", "image": image}]}}
        metadata = {"name": "once", "annotations": {RECREATE: "enabled"}}
        return {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": metadata,
            "spec": {"suspend": True, "template": template},
        }

    owner = await scene.resource(write([job("one:1")]))
    await scene.until_resource(owner)
    before = await uid_of(scene, job(""))
    await team.announce(job("one:2"), **team.account)
    await scene.resource(write([job("one:2")]), name=owner)
    await scene.until_resource(owner)
    assert await uid_of(scene, job("")) not in {"", before}


@pytest.mark.faces(1)
@pytest.mark.parametrize("deleted", [False, True])
async def test_a_right_that_is_taken_away_is_gone_though_it_lets_somebody_announce_it(
    scene: Scene, team: Team, deleted: bool
) -> None:
    binding = team.binding("may", scene.namespace)
    role = {"apiVersion": f"{_RBAC}/v1", "kind": "Role", "metadata": {"name": "may", "namespace": scene.namespace}}
    rule = {"apiGroups": ["", _RBAC], "resources": ["configmaps", "rolebindings"], "verbs": ["*"]}
    await scene.apply({**role, "rules": [rule]})
    owner = await scene.resource(write([binding, REST]), interval="1s", deletionTimeout="4s")
    await scene.until_resource(owner)
    await team.announce(binding, **team.account)
    if deleted:
        await scene.delete(RESOURCES, owner)
        assert "or half of deletionTimeout is over" in await waits(scene, owner)
        await scene.until_gone(RESOURCES, owner)
    else:
        await scene.resource(write([REST]), name=owner, interval="1s", deletionTimeout="4s")
        assert "or half of deletionTimeout is over" in await waits(scene, owner)
        await scene.until_resource(owner)
    assert not await uid_of(scene, binding)
    assert not [event for event in await scene.events_about(owner) if event["reason"] == "LeftBehind"]


@pytest.mark.parametrize("other", [True, False])
async def test_an_object_that_moves_into_a_later_wave_stays_until_that_comes(
    scene: Scene, team: Team, other: bool
) -> None:
    prod = config_map("prod", colour="red")
    # Of its own account the owner waits for as long as it takes; another account has half of deletionTimeout.
    spec: Json = {"interval": "1s", "deletionTimeout": "1h" if other else "1s"}
    owner = await scene.resource(write([prod, REST]), **spec)
    await scene.until_resource(owner)
    uid = await uid_of(scene, prod)
    if other:
        await team.grant(scene.namespace, CONFIG_MAPS)
    successor = await team.announce(prod, interval="1s", **(team.account if other else {}))
    await scene.resource(write([REST]), name=owner, **spec)
    assert ("or half of" in await waits(scene, owner)) is other
    for turn in ("once", "twice"):
        await scene.request(owner, turn)
        await scene.until_resource(owner, answered(turn))
        assert await uid_of(scene, prod) == uid
    await team.begin()
    await scene.until_resource(successor)
    await scene.until_resource(owner)
    assert await uid_of(scene, prod) == uid
