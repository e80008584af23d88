"""A cluster that was rebuilt under its old address is noticed, filled again, and nothing is deleted in it."""

from collections.abc import AsyncIterator

import pytest

from testkit.environment import RESOURCES, condition
from testkit.model.faulty_proxy import Wire
from testkit.objects import config_map
from testkit.remote import Remote
from vidra.manifests.write import write


@pytest.fixture
async def rebuilt(remote: Remote, west: Remote) -> AsyncIterator[tuple[Remote, Remote, Wire]]:
    """One address, behind which the first cluster is exchanged for the second."""
    async with Wire(remote.server) as wire:
        remote.moved_to(wire.url)
        west.moved_to(wire.url)
        yield remote, west, wire


async def exchange(new: Remote, wire: Wire) -> None:
    """From now on the second cluster is at the address; its own certificate and token are in the same Secret."""
    wire.lead_to(new.scene.plane.server)
    await wire.cut(0)
    await new.credentials("cluster")


async def test_it_is_filled_afresh_and_nothing_is_deleted_in_it(rebuilt: tuple[Remote, Remote, Wire]) -> None:
    old, new, wire = rebuilt
    await old.credentials("cluster")
    name = await old.resource(write([config_map("box", colour="red"), config_map("extra")]))
    resource = await old.home.until_resource(name)
    assert [item["server"] for item in resource["status"]["clusters"]] == [old.server]
    before = resource["status"]["clusters"][0]["uid"]
    await new.scene.apply({**config_map("extra"), "metadata": {"name": "extra", "namespace": new.scene.namespace}})
    await exchange(new, wire)
    await old.resource(name=name)
    event = await old.home.until_event(name, "ClusterReplaced")
    assert "none of the 2 objects in the inventory is deleted there" in event["message"]
    resource = await old.home.until_resource(name)
    assert [entry["name"] for entry in resource["status"]["managedResources"]] == ["box"]
    assert resource["status"]["clusters"][0]["uid"] != before
    assert await new.box()
    assert await new.box("extra"), "somebody else's, of the name of one in the old inventory"
    assert await old.box("extra")
    await old.end(name)
    assert await new.box() is None
    assert await old.box(), "nobody can get there any more"


async def test_a_vidraresource_that_goes_lets_what_is_there_alone(rebuilt: tuple[Remote, Remote, Wire]) -> None:
    old, new, wire = rebuilt
    await old.credentials("cluster")
    name = await old.resource()
    await old.home.until_resource(name)
    await old.home.patch(RESOURCES, name, {"spec": {"suspend": True}})
    await old.home.until_resource(name, lambda item: condition(item)["reason"] == "Suspended")
    await new.scene.apply({**config_map("box"), "metadata": {"name": "box", "namespace": new.scene.namespace}})
    await exchange(new, wire)
    await old.end(name)
    assert await new.box()
    assert "another cluster is at" in (await old.home.until_event(name, "Kept"))["message"]
