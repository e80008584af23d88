"""A real Infrahub calls, its signature is found right, and what changed is applied long before the next question."""

from collections.abc import AsyncIterator

import pytest

from testkit.command import vidra_with
from testkit.controlplane import ControlPlane
from testkit.environment import Scene, TooSlow, connection_to
from testkit.infrahub import StandIn
from testkit.objects import namespace
from testkit.operating import Operating
from testkit.parts.infrahub.loaded import APPLICATIONS, LoadedInfrahub
from testkit.parts.infrahub.story import PATIENCE, Story
from vidra.kube.client import Client
from vidra.sources.infrahub import Credential, Infrahub
from vidra.sources.infrahub.activity import change_to
from vidra.web.webhooks import receiving
from vidra.web.webhooks.receiver import PATH

pytestmark = pytest.mark.timeout(1800)  # the first test of a run waits until Infrahub is up

TIMES = 5
"""Changes until one is called out: Infrahub takes some seconds to know a new webhook."""


@pytest.fixture
async def work(own_plane: ControlPlane) -> AsyncIterator[Operating]:
    """An operator that is to hear webhooks."""
    async with Operating(own_plane, webhooks=True) as operating:
        yield operating


@pytest.fixture
async def called(own_plane: ControlPlane, work: Operating, real_infrahub: LoadedInfrahub) -> AsyncIterator[Story]:
    """A story whose Infrahub was told by the command to call Vidra."""
    client = Client(connection_to(own_plane))
    async with receiving("127.0.0.1:0", work.operator) as port, StandIn() as nobody:
        scene = Scene(own_plane, client, nobody, "called-by-the-real-one")
        await scene.apply(namespace(scene.namespace))
        told = Story(scene, real_infrahub)
        await told.credentials()
        vidra = vidra_with(own_plane.kubeconfig)
        command = (
            "infrahub",
            "webhook",
            "apply",
            real_infrahub.infrahub.url,
            "--url",
            f"http://127.0.0.1:{port}{PATH}",
        )
        for expected in ("created", "unchanged"):
            ended = await vidra(*command)
            assert (ended.code, ended.err) == (0, "")
            assert ended.out.count(f" {expected}\n") == 3, ended.out
        assert (await vidra(*command, "--rotate")).out.count(" changed\n") == 3
        yield told
    await client.close()


async def test_a_change_is_applied_when_the_real_infrahub_calls(called: Story, work: Operating) -> None:
    hub, web = called.hub, called.name("web")
    artifact = await hub.application(web, greeting="0 ä")
    source = {"infrahubAPIURL": hub.infrahub.url}
    name = await called.scene.sync(APPLICATIONS, source=source, interval="1h", allowEmpty="Confirmed")
    await called.scene.until_sync(name, seconds=PATIENCE)
    for number in range(1, TIMES + 1):
        await hub.person.edit("WebApplication", web, greeting=f"{number} ä")
        await hub.changed(APPLICATIONS, artifact)
        if await _applied(called, web, f"{number} ä"):
            break
    counts = {
        sample.labels["result"]: sample.value
        for family in work.operator.metrics.webhooks.collect()
        for sample in family.samples
        if sample.name.endswith("_total") and sample.value
    }
    assert counts.get("accepted"), counts
    assert not counts.keys() & {"forged", "malformed", "expired", "too_large"}, counts

    known = Infrahub(hub.infrahub.url, Credential(token=hub.infrahub.place.admin_token))
    (applied,) = await called.scene.resources_of(name)
    change = await change_to(known, artifact, applied["status"]["appliedChecksum"], "main")
    await known.close()
    assert change, "its activity log has the generation"
    assert change.by

    # There is no event for a deleted artifact, but one for a deleted node of its kind.
    await hub.person.delete("CoreArtifact", artifact)
    configs = await called.scene.kind("v1", "ConfigMap")
    await called.scene.until_gone(configs, web, **called.place, seconds=PATIENCE)


async def _applied(called: Story, web: str, greeting: str) -> bool:
    configs = await called.scene.kind("v1", "ConfigMap")
    try:
        await called.scene.until(
            configs, web, lambda item: item["data"]["index.html"] == greeting, **called.place, seconds=30
        )
    except TooSlow:
        return False
    return True
