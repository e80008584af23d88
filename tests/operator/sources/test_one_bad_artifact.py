"""An artifact that cannot be had stops only itself."""

from collections.abc import Callable

import msgspec
import pytest

from testkit.environment import Json, Scene, condition, has_reason
from testkit.infrahub import StandIn
from testkit.infrahub.faults import Answered, Endless, Fault, Slow, Truncated
from testkit.infrahub.stored import StoredQuery
from testkit.trigger import ask, said

CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}}}
data: {{colour: {colour}}}
"""


class Badness(msgspec.Struct, frozen=True):
    """What is wrong with one artifact."""

    begin: Callable[[StandIn, str], None]
    reason: str
    says: str
    state: str = "Failed"


def faulty(fault: Fault, reason: str, says: str, state: str = "Failed") -> Badness:
    return Badness(
        lambda infrahub, artifact: infrahub.faults.add(fault, f"/api/artifact/{artifact}"), reason, says, state
    )


BAD = {
    "missing": faulty(Answered.error(404, "Unable to find the node"), "ArtifactNotFound", "if it was deleted"),
    "crashing": faulty(Answered(), "InfrahubError", "look into Infrahub's log", "Stale"),
    "a-web-page": faulty(Answered.html(), "NotInfrahub", "correct `infrahubAPIURL`"),
    "broken-off": faulty(Truncated(), "InfrahubUnreachable", "broke off", "Stale"),
    "oversized": faulty(Endless(9 << 20), "TooLarge", "split it up"),
    "oversized-and-says-so": faulty(Endless(9 << 20, announced=True), "TooLarge", "split it up"),
    "of-another-checksum": Badness(
        lambda infrahub, artifact: infrahub.checksum_lie(artifact, "0" * 32), "ChecksumMismatch", "announced 00000000"
    ),
}


@pytest.mark.faces(3)
@pytest.mark.parametrize("bad", [pytest.param(value, id=key) for key, value in BAD.items()])
async def test_an_artifact_that_cannot_be_had_is_named_and_the_others_go_on(scene: Scene, bad: Badness) -> None:
    good, worse = [scene.infrahub.add_artifact("Colours", _config(name)) for name in ("good", "worse")]
    name = await scene.sync("Colours", interval="1s")
    await scene.until_sync(name)
    before = await _object(scene, "worse")
    bad.begin(scene.infrahub, worse)
    scene.infrahub.change(worse, _config("worse", "green"))
    scene.infrahub.change(good, _config("good", "green"))
    new = scene.infrahub.add_artifact("Colours", _config("new"))

    _assert_told(await ask(scene, name), bad, worse)
    for resource in (good, new):
        await scene.until_resource(f"{name}-{resource}")
    _assert_told(await ask(scene, name), bad, worse)
    assert await _object(scene, "worse") == before
    assert ((await _object(scene, "good")) or {})["data"] == {"colour": "green"}

    scene.infrahub.faults.clear()
    scene.infrahub.checksum_truth(worse)
    await ask(scene, name)
    sync = await scene.until_sync(name)
    assert sync["status"].get("lastError", "") == ""
    await scene.until_resource(f"{name}-{worse}")
    assert ((await _object(scene, "worse")) or {})["data"] == {"colour": "green"}
    await scene.sync("Colours", name=name, interval="1s", suspend=True)
    await scene.until_event(name, "Suspended")
    assert len(await said(scene, name, bad.reason)) == 1


async def test_an_artifact_that_was_never_generated_is_waited_for_and_the_others_go_on(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", _config("good"))
    waiting = scene.infrahub.never_generated("Colours")
    name = await scene.sync("Colours", interval="1s")
    sync = await scene.until_sync(name, has_reason("NotGenerated"))
    assert f"artifact {waiting} has not been generated yet: generate it in Infrahub" in sync["status"]["lastError"]
    assert sync["status"]["artifacts"] == 2
    await scene.until(await scene.kind("v1", "ConfigMap"), "good", lambda _: True, namespace=scene.namespace)
    assert scene.infrahub.requests.count(f"/api/artifact/{waiting}") == 0
    scene.infrahub.change(waiting, _config("late"))
    sync = await scene.until_sync(name)
    assert sync["status"]["progress"] == "2/2"
    assert await _object(scene, "late") is not None


async def test_several_bad_artifacts_are_told_in_one_message_that_stays_the_same(scene: Scene) -> None:
    for number in range(6):
        bad = scene.infrahub.add_artifact("Colours", _config(f"bad-{number}"))
        if number < 3:
            scene.infrahub.faults.add(Slow(0.1), f"/api/artifact/{bad}", times=1)
        scene.infrahub.faults.add(Answered.error(404, "gone"), f"/api/artifact/{bad}")
    name = await scene.sync("Colours", interval="1s")
    sync = await scene.until_sync(name, has_reason("ArtifactNotFound"))
    message = condition(sync)["message"]
    assert message.endswith("; and 3 more")
    for _ in range(5):
        assert condition(await ask(scene, name))["message"] == message
    await scene.sync("Colours", name=name, interval="1s", suspend=True)
    await scene.until_event(name, "Suspended")
    assert len(await said(scene, name, "ArtifactNotFound")) == 1


def _config(name: str, colour: str = "red") -> str:
    return CONFIG.format(name=name, colour=colour)


async def _object(scene: Scene, name: str) -> Json | None:
    return await scene.get(await scene.kind("v1", "ConfigMap"), name, namespace=scene.namespace)


def _assert_told(sync: Json, bad: Badness, artifact: str) -> None:
    ready, status = condition(sync), sync["status"]
    assert (ready["status"], ready["reason"]) == ("False", bad.reason)
    assert bad.says in ready["message"]
    assert artifact in ready["message"] or bad.reason in {"NotInfrahub", "InfrahubUnreachable"}
    assert (status["syncState"], status["lastError"]) == (bad.state, ready["message"])


async def test_a_generation_that_fails_keeps_what_is_applied_and_is_told(scene: Scene) -> None:
    scene.infrahub.store_query(StoredQuery(selects_status=True))
    artifact = scene.infrahub.add_artifact("Colours", CONFIG.format(name="mine", colour="red"))
    name = await scene.sync("Colours")
    await scene.until_sync(name)
    configs = await scene.kind("v1", "ConfigMap")
    before = await scene.get(configs, "mine", namespace=scene.namespace)
    scene.infrahub.fail(artifact)
    for _ in range(2):
        sync = await ask(scene, name)
        assert condition(sync)["status"] == "True"
        assert f"artifact {artifact} could not be generated again" in condition(sync)["message"]
    assert await scene.get(configs, "mine", namespace=scene.namespace) == before
    await scene.until_event(name, "GenerationFailed")
    assert len(await said(scene, name, "GenerationFailed")) == 1
    scene.infrahub.change(artifact, CONFIG.format(name="mine", colour="blue"))
    assert "could not be generated" not in condition(await ask(scene, name))["message"]
