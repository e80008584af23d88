"""A change that would prune much is held until that very set is approved."""

from typing import Any

import pytest

from testkit.environment import Json, Scene, condition, has_reason, is_ready
from testkit.objects import config_map
from testkit.operating import Operating
from vidra.api.names import APPROVE_PRUNE, PRUNE
from vidra.manifests.write import write

FINALIZER = {"metadata": {"finalizers": ["example.com/keep"]}}


def maps(*numbers: int, prefix: str = "map") -> list[Json]:
    return [config_map(f"{prefix}-{number:02}", colour="red") for number in numbers]


async def there(scene: Scene, prefix: str = "map-") -> int:
    configs = await scene.kind("v1", "ConfigMap")
    listing: Json = await scene.client.get(configs.path(scene.namespace), Json)
    return len([item for item in listing["items"] if item["metadata"]["name"].startswith(prefix)])


async def agree(scene: Scene, name: str, item: Json) -> None:
    """Do what the message says."""
    command = condition(item)["message"].partition("kubectl ")[2].split()
    assert command[:3] == ["annotate", "vidraresource", name]
    await scene.plane.kubectl(*command)


async def shrunk(scene: Scene, *left: int, applied: int = 20, **spec: Any) -> tuple[str, Json]:
    name = await scene.resource(write(maps(*range(applied))), **spec)
    await scene.until_resource(name)
    await scene.resource(write(maps(*left)), name=name, **spec)
    return name, await scene.until_resource(name, has_reason("PruneHeld"))


async def test_more_than_half_is_held_and_the_message_says_what_and_how_to_agree(scene: Scene) -> None:
    name, held = await shrunk(scene, 0, 1)
    message = condition(held)["message"]
    assert "18 of 20 objects" in message
    assert "ConfigMap" in message
    assert "and 13 more" in message
    assert f"kubectl annotate vidraresource {name} {APPROVE_PRUNE}={held['status']['heldPrune']['id']}" in message
    assert condition(held)["status"] == "False"
    assert await there(scene) == 20
    assert len(held["status"]["managedResources"]) == 20
    await agree(scene, name, held)
    ready = await scene.until_resource(name, is_ready)
    assert await there(scene) == 2
    assert "heldPrune" not in ready["status"]


async def test_half_and_ten_go_unasked(scene: Scene) -> None:
    name = await scene.resource(write(maps(*range(22))))
    await scene.until_resource(name)
    await scene.resource(write(maps(*range(11))), name=name)
    await scene.until_resource(name)
    assert await there(scene) == 11
    await scene.resource(write(maps(0)), name=name)
    await scene.until_resource(name)
    assert await there(scene) == 1


async def test_what_is_new_is_applied_and_does_not_make_the_old_a_smaller_share(scene: Scene) -> None:
    name = await scene.resource(write(maps(*range(12))))
    await scene.until_resource(name)
    await scene.resource(write(maps(*range(30), prefix="new")), name=name)
    await scene.until_resource(name, has_reason("PruneHeld"))
    assert await there(scene, "new-") == 30
    await scene.request(name, "again")
    held = await scene.until_resource(name, has_reason("PruneHeld"))
    assert held["status"]["heldPrune"]["of"] == 12
    assert await there(scene) == 12
    await agree(scene, name, held)
    await scene.until_resource(name, is_ready)
    assert await there(scene) == 0


async def test_agreeing_to_one_set_is_not_agreeing_to_a_bigger_one(scene: Scene) -> None:
    name, held = await shrunk(scene, 0, 1, 2)
    await scene.resource(write(maps(0)), name=name)
    more = await scene.until_resource(name, has_reason("PruneHeld"))
    assert more["status"]["heldPrune"]["objects"] == 19
    await agree(scene, name, held)
    again = await scene.request(name, "again")
    assert condition(again)["reason"] == "PruneHeld"
    assert await there(scene) == 20
    await agree(scene, name, again)
    await scene.until_resource(name, is_ready)
    assert await there(scene) == 1


async def test_a_manifest_that_is_whole_again_ends_it(scene: Scene) -> None:
    name, _ = await shrunk(scene, 0)
    await scene.resource(write(maps(*range(20))), name=name)
    ready = await scene.until_resource(name)
    assert "heldPrune" not in ready["status"]
    assert await there(scene) == 20


async def test_a_higher_limit_lets_it_go(scene: Scene) -> None:
    name, _ = await shrunk(scene, 0)
    await scene.resource(write(maps(0)), name=name, pruneLimit=100)
    await scene.until_resource(name)
    assert await there(scene) == 1


async def test_a_lower_limit_holds_less(scene: Scene) -> None:
    _, held = await shrunk(scene, *range(20), applied=31, pruneLimit=10)
    assert "11 of 31" in condition(held)["message"]
    assert "pruneLimit (10 %)" in condition(held)["message"]


async def test_everything_goes_when_the_manifest_may_be_empty(scene: Scene) -> None:
    name = await scene.resource(write(maps(*range(12))), allowEmpty=True)
    await scene.until_resource(name)
    await scene.resource("# nothing", name=name, allowEmpty=True)
    await scene.until_resource(name)
    assert await there(scene) == 0


async def test_what_another_owner_has_or_what_is_kept_is_not_lost_and_does_not_count(scene: Scene) -> None:
    kept = maps(*range(6, 12))
    for item in kept:
        item["metadata"]["annotations"] = {PRUNE: "disabled"}
    name = await scene.resource(write([*maps(*range(6)), *kept, *maps(99)]))
    await scene.until_resource(name)
    other = await scene.resource(write(maps(*range(6))))
    await scene.until_resource(other)
    await scene.resource(write(maps(99)), name=name)
    await scene.until_resource(name)
    assert await there(scene) == 13


@pytest.mark.occasional
async def test_what_was_agreed_to_holds_while_finalizers_keep_some_of_it_and_after_a_restart(
    own_scene: Scene, own_operator: Operating
) -> None:
    scene = own_scene
    configs = await scene.kind("v1", "ConfigMap")
    name, held = await shrunk(scene, 0, applied=40)
    slow = [f"map-{number:02}" for number in range(10, 30)]
    for item in slow:
        await scene.patch(configs, item, FINALIZER, namespace=scene.namespace)
    await agree(scene, name, held)
    waiting = await scene.until_resource(name, has_reason("WaitingForDeletion"))
    assert waiting["status"]["heldPrune"]["approved"] is True
    assert await there(scene) == 21
    await own_operator.stop()
    await own_operator.start()
    for item in slow:
        await scene.patch(configs, item, {"metadata": {"finalizers": None}}, namespace=scene.namespace)
    await scene.until_resource(name, is_ready)
    assert await there(scene) == 1
