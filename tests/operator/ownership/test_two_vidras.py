"""Two Vidras, each at home in a cluster of its own, write to a third: they are told apart and do each other no harm."""

from collections.abc import AsyncIterator

import pytest

from testkit.controlplane import ControlPlane
from testkit.environment import Json, Scene, condition, connection_to, has_reason
from testkit.infrahub import StandIn
from testkit.objects import config_map
from testkit.operating import Operating
from testkit.remote import Remote
from vidra.kube.client import Client
from vidra.manifests.write import write


@pytest.fixture(scope="module")
async def other_operator(west_plane: ControlPlane) -> AsyncIterator[Operating]:
    """A second Vidra, at home in the west."""
    client = Client(connection_to(west_plane))
    async with StandIn() as nobody:
        await Scene(west_plane, client, nobody, "default").define()
    await client.close()
    async with Operating(west_plane) as operating:
        yield operating


@pytest.fixture
async def other(west: Remote, remote: Remote, other_operator: Operating) -> Remote:
    """The same cluster in the east, as the second Vidra knows it."""
    assert other_operator.running
    await remote.credentials()
    seen_from_west = Remote(west.scene, remote.scene)
    await seen_from_west.credentials()
    return seen_from_west


def owners(box: Json | None) -> set[str]:
    managers = (box or {"metadata": {"managedFields": []}})["metadata"]["managedFields"]
    return {entry["manager"] for entry in managers if entry["manager"].startswith("vidra:")}


async def test_two_vidras_share_an_object_and_the_first_to_go_leaves_it_to_the_other(
    remote: Remote, other: Remote
) -> None:
    name = await remote.resource(name=f"{remote.home.namespace}-same")
    await other.resource(name=name)
    await remote.home.until_resource(name)
    await other.home.until_resource(name)
    box = await remote.box()
    assert len(owners(box)) == 2
    await remote.end(name)
    left = await remote.box()
    assert left is not None
    assert box is not None
    assert left["metadata"]["uid"] == box["metadata"]["uid"]
    assert left["data"] == {"colour": "red"}
    assert len(owners(left)) == 1
    await other.end(name)
    assert await remote.box() is None


async def test_two_vidras_never_take_a_field_from_each_other(remote: Remote, other: Remote) -> None:
    name = await remote.resource()
    await remote.home.until_resource(name)
    blue = write([config_map("box", colour="blue")])
    second = await other.resource(blue, conflictPolicy="Force", priority=100)
    resource = await other.home.until_resource(second, has_reason("Conflict"))
    assert "no VidraResource of this Vidra" in condition(resource)["message"]
    assert (await remote.box() or {})["data"] == {"colour": "red"}
    await other.end(second)
    assert (await remote.box() or {})["data"] == {"colour": "red"}
    await remote.end(name)


async def test_pruning_by_one_leaves_what_the_other_has(remote: Remote, other: Remote) -> None:
    both = write([config_map("box", colour="red"), config_map("more", size="big")])
    name = await remote.resource(both)
    second = await other.resource(both)
    await remote.home.until_resource(name)
    await other.home.until_resource(second)
    await remote.resource(name=name)
    await remote.home.until_resource(name)
    assert len(owners(await remote.box("more"))) == 1
    await other.end(second)
    assert await remote.box("more") is None
    assert await remote.box()
    await remote.end(name)
