"""Of several replicas one works, and another goes on when it ends, however it ends."""

from collections.abc import Awaitable, Callable

import pytest

from testkit.controlplane import ControlPlane
from testkit.environment import Json, Scene
from testkit.process import OperatorProcess

NewOperator = Callable[..., Awaitable[OperatorProcess]]

LEASES = "/apis/coordination.k8s.io/v1/namespaces/vidra-system/leases"
CONFIG = "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}, data: {a: b}}"
PASSES = "controller_runtime_reconcile_total"


@pytest.fixture
async def pair(own_plane: ControlPlane, new_operator: NewOperator) -> list[OperatorProcess]:
    """Two replicas, both ready; the first one leads."""
    await own_plane.request("DELETE", LEASES)
    first = await new_operator("--leader-elect")
    await first.until_said("leading")
    second = await new_operator("--leader-elect")
    await second.ready()
    return [first, second]


async def test_one_works_and_the_other_follows_at_once_after_a_release(
    pair: list[OperatorProcess], scene: Scene
) -> None:
    first, second = pair
    await scene.until_resource(await scene.resource(CONFIG % "one"))
    assert await first.is_ready()
    assert await first.metric(PASSES) > 0
    assert await second.metric(PASSES) == 0
    identity = (await first.until_said("leading"))["identity"]
    assert await first.terminate() == 0
    left: Json = await scene.client.get(f"{LEASES}/vidra-operator", Json)
    assert left["spec"]["holderIdentity"] != identity  # so nobody waits until it runs out
    await second.until_said("leading")
    await scene.until_resource(await scene.resource(CONFIG % "two"))


async def test_the_other_takes_over_from_a_killed_one_when_its_lease_runs_out(
    pair: list[OperatorProcess], scene: Scene
) -> None:
    first, second = pair
    await scene.until_resource(await scene.resource(CONFIG % "one"))
    await first.kill()
    name = await scene.resource(CONFIG % "two")
    await second.until_said("leading")
    await scene.until_resource(name)


async def test_who_loses_the_lease_ends_and_says_so(pair: list[OperatorProcess], scene: Scene) -> None:
    first, _ = pair
    spec = {"holderIdentity": "somebody-else", "leaseDurationSeconds": 60, "renewTime": "2026-11-23T00:00:00.000000Z"}
    await scene.plane.request(
        "PATCH", f"{LEASES}/vidra-operator", {"spec": spec}, content_type="application/merge-patch+json"
    )
    assert await first.ended() == 1
    said = [line for line in first.lines() if "LeaseLost" in str(line)]
    assert len(said) == 1
    assert "vidra-operator was taken by somebody-else" in said[0]["error"]
    holder: Json = await scene.client.get(f"{LEASES}/vidra-operator", Json)
    assert holder["spec"]["holderIdentity"] == "somebody-else"
