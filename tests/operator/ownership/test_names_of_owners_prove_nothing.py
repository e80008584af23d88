"""Who may write an object may do it under the name of any owner: that makes nobody an owner of it."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from testkit.environment import OWN, RESOURCES, Check, Json, Scene, condition, has_reason
from testkit.objects import config_map, namespace
from testkit.somebody import TENANT, Somebody, somebody
from vidra.api.names import OWNER_PREFIX
from vidra.kube.client import MERGE_PATCH, encode
from vidra.manifests.write import write

PROD, REST = config_map("prod", colour="red"), config_map("rest", a="b")
AT_ONCE: Json = {"destination": {"reconcileOnEvents": True}, "interval": "1s"}
ELSEWHERE = "vidra:0123abcd:evil"


@pytest.fixture
async def tenant(scene: Scene) -> AsyncIterator[Somebody]:
    async with somebody(scene, inside=TENANT) as found:
        yield found


async def prod(scene: Scene) -> Json | None:
    return await scene.get(await scene.kind("v1", "ConfigMap"), "prod", namespace=scene.namespace)


async def until_prod(scene: Scene, check: Callable[[Json], bool]) -> Json:
    return await scene.until(await scene.kind("v1", "ConfigMap"), "prod", check, namespace=scene.namespace)


def coloured(colour: str) -> Callable[[Json], bool]:
    return lambda item: bool(item["data"].get("colour") == colour)


def conflict_at(generation: int) -> Check:
    return lambda item: item["status"].get("observedGeneration") == generation and has_reason("Conflict")(item)


async def owned(scene: Scene, **spec: Any) -> str:
    name = await scene.resource(write([PROD, REST]), **spec)
    await scene.until_resource(name)
    return name


async def named(scene: Scene, whose: str) -> str:
    """A field manager that is named like an owner."""
    found = await prod(scene)
    assert found is not None
    hub = next(one["manager"] for one in found["metadata"]["managedFields"]).split(":")[1]
    if whose == "of another":
        other = await scene.resource(write([config_map("own", x="y")]))
        await scene.until_resource(other)
        return f"vidra:{hub}:{other}"
    long = f"{'long' * 20}-0123456789abcdef"
    return {"of another hub": ELSEWHERE, "of nobody": f"vidra:{hub}:nobody", "of a long one": f"vidra:{hub}:{long}"}[
        whose
    ]


async def update(person: Scene, manager: str, patch: Json) -> None:
    path = (await person.kind("v1", "ConfigMap")).path(person.namespace, "prod")
    await person.client.send(
        "PATCH", path, query={"fieldManager": manager}, body=encode(patch), content_type=MERGE_PATCH
    )


def labelled(scene: Scene) -> Json:
    metadata = {"name": "prod", "namespace": scene.namespace, "labels": {"theirs": "1"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


@pytest.mark.faces(3)
@pytest.mark.parametrize("how", ["applied", "updated"])
@pytest.mark.parametrize("whose", ["of another hub", "of nobody", "of a long one", "of another"])
async def test_a_value_under_the_name_of_an_owner_is_drift(
    scene: Scene, tenant: Somebody, whose: str, how: str
) -> None:
    owner = await owned(scene, **AT_ONCE)
    manager = await named(scene, whose)
    if how == "applied":
        await tenant.apply(config_map("prod", scene.namespace, colour="evil"), manager=manager)
    else:
        await update(tenant, manager, {"data": {"colour": "evil"}})
    await until_prod(scene, coloured("red"))
    await scene.until_resource(owner)
    await scene.resource(write([REST]), name=owner, **AT_ONCE)
    await scene.until_resource(owner)
    assert await prod(scene) is None


async def test_what_was_taken_before_the_text_changed_is_taken_back(scene: Scene, tenant: Somebody) -> None:
    owner = await owned(scene, interval="1h")
    await tenant.apply(config_map("prod", scene.namespace, colour="evil"), manager=ELSEWHERE)
    await scene.resource(write([config_map("prod", colour="green"), REST]), name=owner, interval="1h")
    await scene.until_resource(owner)
    await until_prod(scene, coloured("green"))


@pytest.mark.parametrize("whose", ["of nobody", "of a long one", "of another"])
async def test_a_field_of_nobodys_keeps_no_object(scene: Scene, tenant: Somebody, whose: str) -> None:
    owner = await owned(scene)
    await tenant.apply(labelled(scene), manager=await named(scene, whose))
    await scene.resource(write([REST]), name=owner)
    await scene.until_resource(owner)
    assert await prod(scene) is None


@pytest.mark.parametrize("sign", ["a field manager", "an annotation"])
@pytest.mark.parametrize("deleted", [False, True])
async def test_what_is_left_to_another_hub_is_named(scene: Scene, tenant: Somebody, sign: str, deleted: bool) -> None:
    owner = await owned(scene)
    if sign == "a field manager":
        await tenant.apply(labelled(scene), manager=ELSEWHERE)
    else:
        await update(tenant, "kubectl", {"metadata": {"annotations": {f"{OWNER_PREFIX}0123abcd-1": "evil"}}})
    if deleted:
        await scene.delete(RESOURCES, owner)
        await scene.until_gone(RESOURCES, owner)
    else:
        await scene.resource(write([REST]), name=owner)
        await scene.until_resource(owner)
    assert await prod(scene)
    event = await scene.until_event(owner, "Kept")
    assert "prod" in event["message"]
    assert "0123abcd" in event["message"]


@pytest.mark.parametrize("held", [{"colour": "red"}, {"size": "1"}], ids=["with the same value", "before anybody else"])
async def test_a_field_that_is_held_in_anothers_name_takes_what_the_text_says(
    scene: Scene, tenant: Somebody, held: Json
) -> None:
    owner = await owned(scene)
    await tenant.apply(config_map("prod", scene.namespace, **held), manager=ELSEWHERE)
    await scene.resource(write([config_map("prod", colour="blue", size="2"), REST]), name=owner)
    await scene.until_resource(owner)
    await until_prod(scene, lambda item: bool(item["data"] == {"colour": "blue", "size": "2"}))


async def test_nothing_is_taken_from_another_vidra_that_an_administrator_names(own_scene: Scene) -> None:
    scene, elsewhere = own_scene, "vidra:0a1b2c3d:web"
    settings = {"name": "vidra-config", "namespace": OWN, "labels": {"app": "vidra"}}
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": settings}
    await scene.apply({**body, "data": {"otherVidras": "0a1b2c3d"}})
    owner = await owned(scene, **AT_ONCE)
    await scene.apply(config_map("prod", scene.namespace, colour="red", size="1"), manager=elsewhere)
    for number, wanted in enumerate(({"colour": "blue"}, {"colour": "red", "size": "2"}), 2):
        await scene.resource(write([config_map("prod", **wanted), REST]), name=owner, **AT_ONCE)
        found = await scene.until_resource(owner, conflict_at(number))
        assert elsewhere in condition(found)["message"]
        await until_prod(scene, lambda item: bool(item["data"] == {"colour": "red", "size": "1"}))
    await scene.resource(write([PROD, REST]), name=owner, **AT_ONCE)
    await scene.until_resource(owner)
    # No Vidra takes a field from another one by force, so this is none.
    await scene.apply(config_map("prod", scene.namespace, colour="evil", size="1"), manager=elsewhere)
    await until_prod(scene, coloured("red"))
    await scene.delete(await scene.kind("v1", "ConfigMap"), "vidra-config", namespace=OWN)


async def test_who_holds_one_object_keeps_no_other_from_being_pruned(scene: Scene) -> None:
    """Unless the manifest changed that object: then it may be the new place of what left the manifest."""
    elsewhere = f"{scene.namespace}-b"
    await scene.apply(namespace(elsewhere))
    revoked = config_map("revoked", elsewhere, a="b")
    owner = await scene.resource(write([PROD, REST, revoked]))
    await scene.until_resource(owner)
    winner = await scene.resource(write([config_map("prod", colour="blue")]), priority=9, conflictPolicy="Force")
    await scene.until_resource(winner)
    configs = await scene.kind("v1", "ConfigMap")
    await scene.resource(write([PROD, REST]), name=owner)
    await scene.until_resource(owner, has_reason("Conflict"))
    await scene.until_gone(configs, "revoked", namespace=elsewhere)
    await scene.resource(write([config_map("prod", colour="red", more="1")]), name=owner)
    await scene.until_resource(owner, conflict_at(3))
    assert await scene.get(configs, "rest", namespace=scene.namespace)
