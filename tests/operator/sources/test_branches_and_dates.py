"""A sync reads the branch and the moment that it names, and says when there is no such thing."""

from datetime import UTC, datetime, timedelta

import pytest

from testkit.command import vidra_with
from testkit.environment import SYNCS, Json, Scene, condition, has_reason
from testkit.infrahub.faults import Answered
from testkit.trigger import ask, said

CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: colour}}
data: {{colour: {colour}}}
"""
EARLY = "2001-01-01T00:00:00Z"
QUERY, ARTIFACT = "/api/query/", "/api/artifact/"


async def test_a_branch_is_read_instead_of_main(scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Colours", CONFIG.format(colour="red"))
    scene.infrahub.create_branch("blue-one")
    scene.infrahub.change(artifact, CONFIG.format(colour="blue"), branch="blue-one")
    name = await scene.sync("Colours", source={"targetBranch": "blue-one"})
    await scene.until_sync(name)
    assert await _colour(scene) == "blue"
    await scene.sync("Colours", name=name)
    await _until(scene, "red")


async def test_an_unknown_branch_is_named_and_what_is_applied_stays(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG.format(colour="red"))
    name = await scene.sync("Colours", interval="1s")
    await scene.until_sync(name)
    await scene.sync("Colours", name=name, interval="1s", source={"targetBranch": "nobranch"})
    sync = await scene.until_sync(name, has_reason("BranchNotFound"))
    assert 'has no branch "nobranch": create it, or change spec.source.targetBranch' in condition(sync)["message"]
    assert condition(sync, "Stalled")["status"] == "True"
    assert (sync["status"]["syncState"], sync["status"]["lastError"]) == ("Failed", condition(sync)["message"])
    await ask(scene, name)
    await _once(scene, name, "BranchNotFound")
    assert await _colour(scene) == "red"
    scene.infrahub.create_branch("nobranch")
    await scene.until_sync(name)


@pytest.mark.faces(2)
@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%d", "-2d", "now-48h"])
async def test_the_content_of_a_target_date_is_applied_and_stays(scene: Scene, form: str) -> None:
    now = datetime.now(UTC)
    artifact = scene.infrahub.add_artifact("Colours", CONFIG.format(colour="old"), since=now - timedelta(days=9))
    scene.infrahub.change(artifact, CONFIG.format(colour="then"), since=now - timedelta(days=4))
    scene.infrahub.change(artifact, CONFIG.format(colour="new"), since=now - timedelta(hours=1))
    date = (now - timedelta(days=2)).strftime(form)
    name = await scene.sync("Colours", source={"targetDate": date})
    await scene.until_sync(name)
    assert await _colour(scene) == "then"
    sync = await ask(scene, name)
    assert condition(sync)["reason"] == "Synced"
    assert scene.infrahub.requests.count(ARTIFACT) == 1
    await scene.sync("Colours", name=name)
    await _until(scene, "new")


async def test_a_relative_date_moves_with_the_clock(scene: Scene) -> None:
    now = datetime.now(UTC)
    artifact = scene.infrahub.add_artifact("Colours", CONFIG.format(colour="red"), since=now - timedelta(days=1))
    scene.infrahub.change(artifact, CONFIG.format(colour="blue"), since=now - timedelta(hours=1, seconds=-2))
    name = await scene.sync("Colours", source={"targetDate": "now-1h"}, interval="1s")
    await scene.until_sync(name)
    assert await _colour(scene) == "red"
    await _until(scene, "blue")


async def test_the_same_trouble_at_a_relative_date_is_said_once(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG.format(colour="red"))
    scene.infrahub.remove_query("ArtifactIDs")
    name = await scene.sync("Colours", source={"targetDate": "-2h"}, interval="1s")
    sync = await scene.until_sync(name, has_reason("QueryNotFound"))
    again = await ask(scene, name)
    assert condition(again)["message"] == condition(sync)["message"]
    assert "-2h" in condition(sync)["message"]
    await _once(scene, name, "QueryNotFound")


async def test_a_date_before_anything_was_there_prunes_nothing(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG.format(colour="red"))
    name = await scene.sync("Colours")
    await scene.until_sync(name)
    await scene.sync("Colours", name=name, source={"targetDate": EARLY})
    sync = await scene.until_sync(name, has_reason("EmptyResult"))
    assert condition(sync)["message"] == (
        f'Infrahub lists no artifact "Colours" on the branch "main" at {EARLY}: choose a later targetDate, '
        "or remove it; the 1 that were there stay"
    )
    assert "allowEmpty" not in condition(sync)["message"]
    assert condition(sync, "Stalled")["status"] == "True"
    assert await _colour(scene) == "red"
    wide = await vidra_with(scene.plane.kubeconfig)("get", f"isync/{name}", "-o", "wide")
    assert EARLY in wide.out


async def test_a_sync_that_is_pinned_to_a_date_says_so_in_every_message(scene: Scene) -> None:
    now = datetime.now(UTC)
    scene.infrahub.add_artifact("Colours", CONFIG.format(colour="red"), since=now - timedelta(days=9))
    name = await scene.sync("Colours", source={"targetDate": "-2d"}, interval="1s")
    sync = await scene.until_sync(name)
    assert condition(sync)["message"] == "1 artifact with 1 object applied; pinned to -2d"
    scene.infrahub.faults.add(Answered.html(503))
    sync = await scene.until_sync(name, has_reason("InfrahubError"))
    assert "-2d" in condition(sync)["message"]
    assert condition(sync, "Reconciling")["reason"] == "ProgressingWithRetry"


async def test_a_mistyped_branch_or_name_ends_a_wait_at_once_and_asks_for_the_right_one(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG.format(colour="red"))
    vidra = vidra_with(scene.plane.kubeconfig)
    branch = await scene.sync("Colours", source={"targetBranch": "mian"}, interval="1h")
    artifact = await scene.sync("Colour", interval="1h")
    for name, says in ((branch, 'no branch "mian"; did you mean "main"? Correct'), (artifact, '"Colours"? Correct')):
        ended = await vidra("reconcile", name, "--wait")
        assert ended.code == 1
        assert says in ended.out
        assert condition(await scene.until_sync(name, lambda _: True), "Stalled")["status"] == "True"


@pytest.mark.faces(2)
@pytest.mark.parametrize(
    ("source", "spec", "says"),
    [
        ({"targetDate": "2026-02-30T25:00:00Z"}, {}, "spec.source.targetDate: '2026-02-30T25:00:00Z' is not a date"),
        ({"targetDate": "now-99999999w"}, {}, "spec.source.targetDate: 'now-99999999w' is not a date"),
        ({}, {"interval": "9999999999h"}, "spec.interval: '9999999999h' is too long"),
        ({}, {"interval": "10ms"}, "spec.interval: '10ms' is shorter than 1s"),
    ],
)
async def test_a_field_that_only_seems_right_is_named_until_it_is_corrected(
    scene: Scene, source: Json, spec: Json, says: str
) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG.format(colour="red"))
    name = await scene.sync("Colours")
    await scene.until_sync(name)
    asked = scene.infrahub.requests.count(QUERY)
    await scene.sync("Colours", name=name, source=source, **spec)
    sync = await scene.until_sync(name, has_reason("InvalidSpec"))
    assert says in condition(sync)["message"]
    assert condition(sync, "Stalled")["status"] == "True"
    assert (sync["status"]["syncState"], sync["status"]["lastError"]) == ("Failed", condition(sync)["message"])
    await scene.until_event(name, "InvalidSpec")
    assert scene.infrahub.requests.count(QUERY) == asked
    assert await _colour(scene) == "red"
    await scene.sync("Colours", name=name)
    sync = await scene.until_sync(name)
    assert condition(sync, "Stalled") == {}


async def _colour(scene: Scene) -> str:
    found = await scene.get(await scene.kind("v1", "ConfigMap"), "colour", namespace=scene.namespace)
    assert found is not None
    return str(found["data"]["colour"])


async def _until(scene: Scene, colour: str) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    await scene.until(configs, "colour", lambda item: bool(item["data"]["colour"] == colour), namespace=scene.namespace)


@pytest.mark.faces(1)
@pytest.mark.parametrize("date", ["2020-01-01T00:00:00Z", "2020-01-01", "-20d"])
async def test_a_date_before_the_branch_is_named_as_that_and_prunes_nothing(scene: Scene, date: str) -> None:
    """As Infrahub answers since 1.9; allowEmpty does not make an error an empty list."""
    now = datetime.now(UTC)
    scene.infrahub.add_artifact("Colours", CONFIG.format(colour="red"), since=now - timedelta(days=1))
    scene.infrahub.refuse_before(now - timedelta(days=9))
    name = await scene.sync("Colours", interval="1s", allowEmpty=True)
    await scene.until_sync(name)
    await scene.sync("Colours", name=name, interval="1s", allowEmpty=True, source={"targetDate": date})
    sync = await scene.until_sync(name, has_reason("InvalidTargetDate"))
    assert "is before branch 'main'" in condition(sync)["message"]
    assert "choose a later `targetDate`" in condition(sync)["message"]
    await ask(scene, name)
    assert await _colour(scene) == "red"
    await scene.sync("Colours", name=name, interval="1s")
    await scene.until_sync(name)


async def _once(scene: Scene, name: str, reason: str) -> None:
    """Events are written one after the other: that of the suspension shows that all earlier ones are there."""
    sync: Json = {"spec": {"suspend": True}}
    await scene.patch(SYNCS, name, sync)
    await scene.until_event(name, "Suspended")
    assert len(await said(scene, name, reason)) == 1
    await scene.patch(SYNCS, name, {"spec": {"suspend": False}})
