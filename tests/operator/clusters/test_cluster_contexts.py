"""Which context of a kubeconfig is used: the one that is named, else the one whose server it is."""

import asyncio

import pytest

from testkit.environment import condition, has_reason
from testkit.objects import config_map
from testkit.remote import Remote
from vidra.manifests.write import write


@pytest.fixture
async def two(remote: Remote) -> Remote:
    """A kubeconfig with two contexts for the same server, of which only the second lets anybody in."""
    remote.config["users"].insert(0, {"name": "nobody", "user": {"token": "not-a-token"}})
    remote.config["contexts"].insert(0, {"name": "locked", "context": {"cluster": "vidra", "user": "nobody"}})
    remote.config["current-context"] = "locked"
    await remote.credentials()
    return remote


async def test_a_context_is_picked_by_its_name(two: Remote) -> None:
    name = await two.resource(destination={"context": "vidra"})
    await two.home.until_resource(name)
    assert await two.box()
    await two.end(name)


async def test_without_a_name_the_current_one_counts(two: Remote) -> None:
    name = await two.resource()
    await two.home.until_resource(name, has_reason("ClusterUnauthorized"))
    await two.resource(name=name, destination={"context": "vidra"})
    await two.home.until_resource(name)
    await two.end(name)


async def test_a_context_that_is_not_there_is_said(two: Remote) -> None:
    resource = await two.home.until_resource(
        await two.resource(destination={"context": "gone"}), has_reason("ClusterCredentialsMissing")
    )
    assert "'gone'" in condition(resource)["message"]


async def test_a_context_for_another_server_is_refused_before_any_connection(two: Remote) -> None:
    connections: list[asyncio.StreamReader] = []
    async with await asyncio.start_server(lambda reader, _: connections.append(reader), "127.0.0.1", 0) as other:
        port = other.sockets[0].getsockname()[1]
        two.config["clusters"].append({"name": "other", "cluster": {"server": f"https://127.0.0.1:{port}"}})
        two.config["contexts"].append({"name": "elsewhere", "context": {"cluster": "other", "user": "nobody"}})
        await two.credentials()
        name = await two.resource(destination={"context": "elsewhere"})
        resource = await two.home.until_resource(name, has_reason("KubeconfigRefused"))
    assert "for another server" in condition(resource)["message"]
    assert not connections


async def test_two_clusters_in_one_kubeconfig_are_told_apart(remote: Remote, west: Remote) -> None:
    """Each is reached with its own user, and what is for one never comes to the other."""
    for part, name in (("clusters", "west"), ("users", "west")):
        entry = {**west.config[part][0], "name": name}
        remote.config[part].append(entry)
    remote.config["contexts"].append({"name": "west", "context": {"cluster": "west", "user": "west"}})
    await remote.credentials()
    here = await remote.resource(write([config_map("box", colour="east")]))
    there = await remote.resource(write([config_map("box", colour="west")]), destination={"server": west.server})
    for name in (here, there):
        await remote.home.until_resource(name)
    east_box, west_box = await remote.box(), await west.box()
    assert east_box is not None
    assert west_box is not None
    assert (east_box["data"], west_box["data"]) == ({"colour": "east"}, {"colour": "west"})
    # The context of the one with the server of the other leads nowhere.
    wrong = await remote.resource(destination={"context": "west"})
    await remote.home.until_resource(wrong, has_reason("KubeconfigRefused"))
    # What is only in one of them goes with it.
    await remote.end(there)
    assert await west.box() is None
    assert await remote.box() == east_box
    for name in (here, wrong):
        await remote.end(name)
