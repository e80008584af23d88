"""Whatever an Infrahub answers instead of a list: it is said, nothing that is applied is touched, and it passes."""

from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest

from testkit.environment import Json, Scene, condition
from testkit.infrahub import StandIn
from testkit.infrahub.faults import Answered
from testkit.infrahub.stored import StoredQuery
from testkit.trigger import ask, said

CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}}}
data: {{colour: red}}
"""


class Trouble(msgspec.Struct, frozen=True):
    """One thing that goes wrong between Vidra and an Infrahub."""

    begin: Callable[[StandIn], Awaitable[None]]
    end: Callable[[StandIn], Awaitable[None]]
    reason: str
    says: str
    state: str = "Failed"


def faulty(fault: Answered, reason: str, says: str, state: str = "Failed") -> Trouble:
    async def begin(infrahub: StandIn) -> None:
        infrahub.faults.add(fault)

    async def end(infrahub: StandIn) -> None:
        infrahub.faults.clear()

    return Trouble(begin, end, reason, says, state)


async def forget_query(infrahub: StandIn) -> None:
    infrahub.remove_query("ArtifactIDs")


async def store_query(infrahub: StandIn) -> None:
    infrahub.store_query(StoredQuery())


async def answer_nonsense(infrahub: StandIn) -> None:
    infrahub.answer_queries_with({"data": {"CoreArtifact": None}, "errors": [{"message": "database is away"}]})


async def answer_rightly(infrahub: StandIn) -> None:
    infrahub.whole()


TROUBLES = {
    "stopped": Trouble(StandIn.stop, StandIn.start, "InfrahubUnreachable", "check the address", "Stale"),
    "crashing": faulty(Answered(), "InfrahubError", "look into Infrahub's log", "Stale"),
    "throttling": faulty(Answered.throttled("0"), "InfrahubError", "429", "Stale"),
    "a web page": faulty(Answered.html(), "NotInfrahub", "correct `infrahubAPIURL`"),
    "redirecting": faulty(
        Answered.redirect("https://sso.example.com/?ticket=s3cret"), "NotInfrahub", "https://sso.example.com/"
    ),
    "without the query": Trouble(forget_query, store_query, "QueryNotFound", "correct `queryName`"),
    "with a broken query": Trouble(answer_nonsense, answer_rightly, "QueryFailed", "database is away"),
}


@pytest.fixture
async def elsewhere(scene: Scene) -> AsyncIterator[Scene]:
    """Another Infrahub, for the same namespace."""
    async with StandIn() as infrahub:
        other = Scene(scene.plane, scene.client, infrahub, scene.namespace)
        await other.credentials()
        yield other


@pytest.mark.faces(3)
@pytest.mark.parametrize("trouble", [pytest.param(value, id=key.replace(" ", "-")) for key, value in TROUBLES.items()])
async def test_trouble_with_infrahub_is_said_once_touches_nothing_and_passes(
    scene: Scene, elsewhere: Scene, trouble: Trouble
) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG.format(name="mine"))
    elsewhere.infrahub.add_artifact("Colours", CONFIG.format(name="other"))
    name, other = await scene.sync("Colours", interval="1s"), await elsewhere.sync("Colours", interval="1s")
    await scene.until_sync(name)
    await elsewhere.until_sync(other)
    before = await _object(scene, "mine")
    await trouble.begin(scene.infrahub)

    _assert_told(await ask(scene, name), trouble)
    sync = await ask(scene, name)
    _assert_told(sync, trouble)
    assert sync["status"]["progress"] == "1/1"
    assert await _object(scene, "mine") == before
    healthy = await ask(elsewhere, other)
    assert condition(healthy)["reason"] == "Synced"

    await trouble.end(scene.infrahub)
    sync = await ask(scene, name)
    assert condition(sync)["status"] == "True"
    assert sync["status"]["syncState"] == "Succeeded"
    assert sync["status"].get("lastError", "") == ""
    assert await _object(scene, "mine") == before
    # Events are written one after the other: once a later one is there, all earlier ones are.
    await scene.sync("Colours", name=name, interval="1s", suspend=True)
    await scene.until_event(name, "Suspended")
    assert len(await said(scene, name, trouble.reason)) == 1


async def _object(scene: Scene, name: str) -> Json | None:
    return await scene.get(await scene.kind("v1", "ConfigMap"), name, namespace=scene.namespace)


def _assert_told(sync: Json, trouble: Trouble) -> None:
    ready, status = condition(sync), sync["status"]
    assert (ready["status"], ready["reason"]) == ("False", trouble.reason)
    assert trouble.says in ready["message"]
    assert "s3cret" not in str(sync)
    assert (status["syncState"], status["lastError"]) == (trouble.state, ready["message"])
