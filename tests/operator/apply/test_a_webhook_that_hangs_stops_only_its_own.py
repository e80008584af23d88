"""An admission webhook that never answers for one namespace holds up only what has objects there."""

from collections.abc import AsyncIterator

import pytest

from testkit.environment import RESOURCES, Scene, is_ready
from testkit.eventually import eventually
from testkit.hanging_webhook import HangingWebhook
from testkit.objects import config_map, namespace
from testkit.remote import Remote
from vidra.controllers.resource.cluster_slots import LOCAL_LIMIT
from vidra.kube.client import IN_FLIGHT
from vidra.manifests.write import write

SOME = LOCAL_LIMIT + 4
"""More VidraResources than have a slot at once, with together more objects than there are request slots."""
OBJECTS = 4


@pytest.fixture(params=["where Vidra runs", "elsewhere"])
async def target(request: pytest.FixtureRequest, remote: Remote) -> AsyncIterator[tuple[Scene, str]]:
    """The cluster with the webhook, and its address in destinations."""
    if request.param == "elsewhere":
        await remote.credentials()
        yield remote.scene, remote.server
    else:
        yield remote.home, ""


@pytest.mark.faces(1)
async def test_others_are_applied_while_those_with_objects_there_wait(
    remote: Remote, target: tuple[Scene, str]
) -> None:
    there, server = target
    slow = f"{there.namespace}-slow"
    await there.apply(namespace(slow))
    destination = {"server": server} if server else {}
    async with HangingWebhook(there, slow) as webhook:
        waiting = [
            await remote.home.resource(
                write([config_map(f"c{number}-{each}", slow) for each in range(OBJECTS)]), destination=destination
            )
            for number in range(SOME)
        ]
        await eventually(lambda: webhook.asked >= IN_FLIGHT)
        other = await remote.home.resource(write([config_map("other")]), destination=destination)
        await remote.home.until_resource(other)
        assert webhook.given_up == 0, "the other waited until the API server asked no longer"
        assert not [name for name in waiting if is_ready(await remote.home.get(RESOURCES, name) or {})]
    for name in waiting:
        await remote.home.until_resource(name)
