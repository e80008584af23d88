"""Two operators over the same things, none of which waits for a Lease: they say so, and give no wrong advice."""

import pytest

from testkit.controlplane.audit import AuditEntry
from testkit.environment import SYNCS, Scene
from testkit.eventually import eventually
from testkit.objects import config_map
from testkit.operating import Operating
from vidra import __version__
from vidra.manager import other_operators
from vidra.manifests.write import write
from vidra.views.operators import operators_at_work


def _others(operating: Operating) -> float | None:
    return operating.operator.metrics.registry.get_sample_value("vidra_other_operators")


def _looks_out(asked: list[AuditEntry]) -> bool:
    """Whether an operator has written its name, and watches since. One that was just stopped may end such a watch."""
    verbs = [entry.verb for entry in asked if entry.resource == "leases"]
    wrote = [number for number, verb in enumerate(verbs) if verb in {"create", "update"}]
    return bool(wrote) and "watch" in verbs[wrote[-1] :]


@pytest.mark.parametrize("leads", [False, True])
async def test_who_works_without_a_lease_notices_another(
    own_scene: Scene, own_operator: Operating, leads: bool
) -> None:
    assert _others(own_operator) == 0
    async with Operating(own_scene.plane, leader_elect=leads) as second:
        await eventually(lambda: _others(own_operator) == 1)
        if not leads:
            await eventually(lambda: _others(second) == 1)
        lease = "vidra-operator" if leads else "vidra-operator-alone"
        event = await own_scene.until_event(lease, "OtherOperator", namespace="vidra-system")
        assert event["type"] == "Warning"
        assert "stop one of them, or start all of them with --leader-elect" in event["message"]


async def test_one_that_is_alone_says_nothing_and_asks_for_nothing(own_scene: Scene, own_operator: Operating) -> None:
    """What an earlier one left, which was killed, is no sign of life."""
    await own_operator.stop()
    audit = own_scene.plane.audit
    started = audit.mark()
    await own_operator.start()
    await audit.until(started, _looks_out)  # its own name is written before that
    mark = audit.mark()
    await own_scene.until_resource(await own_scene.resource(write([config_map("box")])))
    assert _others(own_operator) == 0
    asked = [entry for entry in await audit.since(mark) if entry.resource == "leases"]
    assert [entry.verb for entry in asked if entry.verb not in {"watch", "list"}] == []


async def test_a_race_between_two_is_no_reason_to_delete_anything(own_scene: Scene, own_operator: Operating) -> None:
    kinds = ("Red", "Green", "Blue")
    for kind in kinds:
        for number in range(2):
            own_scene.infrahub.add_artifact(kind, write([config_map(f"{kind.lower()}-{number}", colour=kind)]))
    async with Operating(own_scene.plane) as second:
        assert own_operator.running
        assert second.running
        names = [await own_scene.sync(kind, interval="1s") for kind in kinds]
        for name in names:
            await own_scene.until_sync(name)
            said = [event["message"] for event in await own_scene.events_about(name)]
            assert not [message for message in said if "delete it" in message]
    for name in names:
        await own_scene.delete(SYNCS, name)
    for name in names:
        await own_scene.until_gone(SYNCS, name)


async def test_people_see_that_an_operator_works_and_that_it_ended(
    own_scene: Scene, own_operator: Operating, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other_operators, "AGAIN", 0.1)
    await own_operator.stop()
    await own_operator.start()

    async def works() -> bool:
        found = await operators_at_work(own_scene.client, "vidra-system")
        return found.state == "works" and f"version {__version__}" in found.sentence

    await eventually(works)
    before = await _last_renewal(own_scene)

    async def renewed() -> bool:
        return await _last_renewal(own_scene) > before

    await eventually(renewed)
    await own_operator.stop()
    found = await operators_at_work(own_scene.client, "vidra-system")
    assert found.ended
    assert "the Lease vidra-operator-alone is released" in found.warning
    await own_operator.start()
    await eventually(works)


async def _last_renewal(scene: Scene) -> str:
    found = await operators_at_work(scene.client, "vidra-system")
    return max(operator.renewed for operator in found.operators if operator.alive)
