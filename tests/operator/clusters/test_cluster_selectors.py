"""A sync goes to every cluster whose Secret its selector matches, and takes a change from one to the next."""

from typing import Any

import pytest

from testkit.environment import SYNCS, Json, Scene, condition, has_reason
from testkit.objects import config_map
from testkit.patience import HANG
from testkit.remote import BOX, Remote
from testkit.trigger import ask
from vidra.manifests.write import write

CHANGED = write([config_map("box", colour="blue")])
BAD = write([config_map("box", colour="blue"), {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "N!"}}])


class Fleet:
    """Two clusters at home in one scene, selected by a label of this story's own."""

    def __init__(self, east: Remote, west: Remote) -> None:
        self.east, self.west, self.home = east, west, east.home
        self.label = {"story": self.home.namespace}

    def destination(self, **more: Any) -> Json:
        return {"clusterSelector": {"matchLabels": self.label}, **more}

    async def sync(self, **spec: Any) -> str:
        """A sync to all of them."""
        destination = self.destination(**spec.pop("destination", {}))
        return await self.home.sync("Colours", destination=destination, interval="1h", **spec)

    async def boxes(self) -> list[str | None]:
        found = [await remote.box() for remote in (self.east, self.west)]
        return [box["data"].get("colour") if box else None for box in found]


@pytest.fixture
async def fleet(remote: Remote, west: Remote) -> Fleet:
    fleet = Fleet(remote, west)
    await remote.credentials("a-east", **fleet.label)
    await west.credentials("b-west", **fleet.label)
    return fleet


def clusters(item: Json) -> dict[str, Json]:
    return {entry["name"].rpartition("/")[2]: entry for entry in item.get("status", {}).get("clusters", [])}


def progress(text: str) -> Any:
    return lambda item: item.get("status", {}).get("clusterProgress") == text


async def texts(scene: Scene) -> int:
    """How often a text was downloaded."""
    return scene.infrahub.requests.count("/api/artifact") + scene.infrahub.requests.count("/api/storage")


async def end(fleet: Fleet, sync: str) -> None:
    await fleet.home.plane.kubectl("delete", "infrahubsync", sync, f"--timeout={HANG:g}s")


async def test_every_matching_cluster_gets_the_objects_and_says_so(fleet: Fleet) -> None:
    artifact = fleet.home.infrahub.add_artifact("Colours", BOX)
    sync = await fleet.sync()
    item = await fleet.home.until_sync(sync)
    assert await fleet.boxes() == ["red", "red"]
    assert item["status"]["clusterProgress"] == "2/2"
    assert {name: (entry["server"], entry["ready"], entry["reason"]) for name, entry in clusters(item).items()} == {
        "a-east": (fleet.east.server, True, "Synced"),
        "b-west": (fleet.west.server, True, "Synced"),
    }
    shown = (await fleet.home.plane.kubectl("get", "isync", sync, "-o", "wide")).stdout
    assert "2/2" in shown
    listed = (await fleet.home.plane.kubectl("get", "vres", "-o", "wide")).stdout
    assert fleet.east.server in listed
    assert fleet.west.server in listed
    fleet.home.infrahub.change(artifact, CHANGED)
    await ask(fleet.home, sync)
    told = await fleet.home.until_event((await names(fleet, sync))[0], "Applied")
    assert "(cluster https://127.0.0.1:" in told["message"]
    await end(fleet, sync)
    assert await fleet.boxes() == [None, None]


async def names(fleet: Fleet, sync: str) -> list[str]:
    return [item["metadata"]["name"] for item in await fleet.home.resources_of(sync)]


async def test_a_text_is_downloaded_and_stored_once_for_all_clusters(fleet: Fleet) -> None:
    id_ = fleet.home.infrahub.add_artifact("Colours", BOX)
    sync = await fleet.sync()
    await fleet.home.until_sync(sync)
    resources = await fleet.home.resources_of(sync)
    assert len(resources) == 2
    assert len({tuple(item["spec"]["content"]["secrets"]) for item in resources}) == 1
    assert await texts(fleet.home) == 1
    fleet.home.infrahub.change(id_, CHANGED)
    await fleet.home.patch(SYNCS, sync, {"spec": {"interval": "1s"}})
    secrets = await fleet.home.kind("v1", "Secret")
    old = resources[0]["spec"]["content"]["secrets"][0]
    await fleet.home.until_gone(secrets, old, namespace="vidra-system")
    await fleet.home.until_sync(sync)
    assert await fleet.boxes() == ["blue", "blue"]
    assert await texts(fleet.home) == 2
    await end(fleet, sync)


async def test_a_cluster_that_comes_to_match_gets_them_and_one_that_no_longer_does_loses_them(fleet: Fleet) -> None:
    fleet.home.infrahub.add_artifact("Colours", BOX)
    await fleet.west.credentials("b-west", story="another")
    sync = await fleet.sync()
    await fleet.home.until_sync(sync, progress("1/1"))
    assert await fleet.boxes() == ["red", None]
    await fleet.west.credentials("b-west", **fleet.label)
    await fleet.home.until_sync(sync, progress("2/2"))
    assert await fleet.boxes() == ["red", "red"]
    await fleet.east.credentials("a-east", story="another")
    await fleet.home.until_sync(sync, progress("1/1"))
    assert await fleet.boxes() == [None, "red"]
    await end(fleet, sync)


async def test_with_leave_the_objects_stay_without_a_mark(fleet: Fleet) -> None:
    fleet.home.infrahub.add_artifact("Colours", BOX)
    sync = await fleet.sync(destination={"stopMatching": "Leave"})
    await fleet.home.until_sync(sync, progress("2/2"))
    await fleet.east.credentials("a-east", story="another")
    await fleet.home.until_sync(sync, progress("1/1"))
    box = await fleet.east.box()
    assert box is not None
    assert box["data"] == {"colour": "red"}
    assert "labels" not in box["metadata"]
    assert not [entry for entry in box["metadata"].get("managedFields", []) if entry["manager"].startswith("vidra:")]
    await end(fleet, sync)
    assert await fleet.east.box()


async def test_a_secret_that_is_deleted_is_no_withdrawal(fleet: Fleet) -> None:
    fleet.home.infrahub.add_artifact("Colours", BOX)
    sync = await fleet.sync(deletionTimeout="2s")
    await fleet.home.until_sync(sync, progress("2/2"))
    await fleet.east.forget("a-east")
    item = await fleet.home.until_sync(sync, has_reason("ClusterCredentialsMissing"))
    assert fleet.east.server in condition(item)["message"]
    assert await fleet.boxes() == ["red", "red"]
    assert len(await fleet.home.resources_of(sync)) == 2
    await fleet.east.credentials("a-east", **fleet.label)
    await fleet.home.until_sync(sync)
    await fleet.east.forget("a-east")
    item = await fleet.home.until_sync(sync, has_reason("ClusterCredentialsMissing"))
    command = condition(item)["message"].partition("give the cluster up with kubectl ")[2]
    await fleet.home.plane.kubectl(*command.split())
    await fleet.home.until_sync(sync)
    assert await fleet.boxes() == ["red", "red"]
    await end(fleet, sync)


async def test_a_selector_that_matches_nothing_any_more_takes_nothing_away(fleet: Fleet) -> None:
    fleet.home.infrahub.add_artifact("Colours", BOX)
    sync = await fleet.sync()
    await fleet.home.until_sync(sync, progress("2/2"))
    typo = {"spec": {"destination": {"clusterSelector": {"matchLabels": {"story": "misspelt"}}}}}
    await fleet.home.patch(SYNCS, sync, typo)
    await fleet.home.until_sync(sync, has_reason("NoClusterMatches"))
    assert await fleet.boxes() == ["red", "red"]
    await fleet.home.patch(SYNCS, sync, {"spec": {"allowEmpty": True}})
    await fleet.home.until_sync(sync, progress("0/0"))
    assert await fleet.boxes() == [None, None]
    await end(fleet, sync)


async def test_a_sync_of_one_server_that_becomes_a_selector_keeps_its_objects(fleet: Fleet) -> None:
    fleet.home.infrahub.add_artifact("Colours", BOX)
    sync = await fleet.home.sync("Colours", destination={"server": fleet.east.server}, interval="1h")
    await fleet.home.until_sync(sync)
    before = (await fleet.east.box() or {})["metadata"]["uid"]
    await fleet.sync(name=sync)
    await fleet.home.until_sync(sync, progress("2/2"))
    await fleet.home.until_sync(sync)
    assert (await fleet.east.box() or {})["metadata"]["uid"] == before
    await fleet.home.until_count(sync, 2)  # the one of one server ends while those of the selector are ready
    await fleet.home.sync("Colours", name=sync, destination={"server": fleet.west.server}, interval="1h")
    await fleet.home.until_sync(sync, lambda item: item["status"].get("resources") == 1 and not clusters(item))
    assert await fleet.boxes() == [None, "red"]
    await end(fleet, sync)


async def test_a_change_goes_from_cluster_to_cluster_and_a_failure_stops_it(fleet: Fleet) -> None:
    id_ = fleet.home.infrahub.add_artifact("Colours", BOX)
    sync = await fleet.sync(destination={"rollout": {"maxConcurrent": 1}})
    await fleet.home.until_sync(sync)
    assert await fleet.boxes() == ["red", "red"]
    fleet.home.infrahub.change(id_, BAD)
    await fleet.home.patch(SYNCS, sync, {"spec": {"interval": "1s"}})
    item = await fleet.home.until_sync(sync, has_reason("RolloutStopped"))
    assert fleet.east.server in condition(item)["message"]
    assert clusters(item)["b-west"]["message"] == "waits for its turn"
    assert await fleet.boxes() == ["blue", "red"]
    fleet.home.infrahub.change(id_, CHANGED)
    await fleet.home.until_sync(sync)
    assert await fleet.boxes() == ["blue", "blue"]
    await end(fleet, sync)


@pytest.mark.occasional
async def test_a_cluster_that_is_away_does_not_stop_a_rollout_that_it_was_no_part_of(fleet: Fleet) -> None:
    """It would be the first by name; those that are well come before it."""
    id_ = fleet.home.infrahub.add_artifact("Colours", BOX)
    sync = await fleet.sync(destination={"rollout": {"maxConcurrent": 1}})
    await fleet.home.until_sync(sync)
    with fleet.east.scene.plane.apiserver_halted():
        await fleet.home.until_sync(sync, lambda item: not clusters(item)["a-east"].get("ready"))
        fleet.home.infrahub.change(id_, CHANGED)
        await fleet.home.patch(SYNCS, sync, {"spec": {"interval": "1s"}})
        configs = await fleet.west.scene.kind("v1", "ConfigMap")
        await fleet.west.scene.until(
            configs, "box", lambda item: bool(item["data"] == {"colour": "blue"}), namespace=fleet.west.scene.namespace
        )
    await fleet.home.until_sync(sync)
    assert await fleet.boxes() == ["blue", "blue"]
    await end(fleet, sync)


async def test_a_matching_secret_that_cannot_be_used_is_named(fleet: Fleet) -> None:
    fleet.home.infrahub.add_artifact("Colours", BOX)
    fleet.west.config["contexts"] = []
    await fleet.west.credentials("b-west", **fleet.label)
    sync = await fleet.sync()
    item = await fleet.home.until_sync(sync, progress("1/1"))
    assert condition(item)["reason"] == "KubeconfigRefused"
    assert "b-west" in condition(item)["message"]
    assert (await fleet.boxes())[0] == "red"


async def test_a_password_in_the_address_of_a_matching_kubeconfig_is_told_nowhere(fleet: Fleet) -> None:
    """The address would stand in the sync and in the VidraResources, which more people may read than the Secret."""
    fleet.home.infrahub.add_artifact("Colours", BOX)
    fleet.west.config["clusters"][0]["cluster"]["server"] = fleet.west.server.replace("//", "//me:hush@")
    await fleet.west.credentials("b-west", **fleet.label)
    sync = await fleet.sync()
    item = await fleet.home.until_sync(sync, progress("1/1"))
    assert condition(item)["reason"] == "KubeconfigRefused"
    assert "more than an address" in condition(item)["message"]
    assert "hush" not in str([item, await fleet.home.resources_of(sync), await fleet.home.events_about(sync)])


async def test_what_one_cluster_refuses_holds_up_no_prune_in_another(fleet: Fleet) -> None:
    """An object moves between the VidraResources of a sync only within one cluster."""
    extra = config_map("extra", fleet.home.namespace, colour="red")
    await fleet.west.scene.apply(extra)
    id_ = fleet.home.infrahub.add_artifact("Colours", write([config_map("box", colour="red"), extra]))
    sync = await fleet.sync(destination={"rollout": {"maxConcurrent": 1}})
    await fleet.home.until_sync(sync, lambda item: clusters(item).get("b-west", {}).get("reason") == "NotOwned")
    fleet.home.infrahub.change(id_, BOX)
    await fleet.home.patch(SYNCS, sync, {"spec": {"interval": "1s"}})
    configs = await fleet.east.scene.kind("v1", "ConfigMap")
    await fleet.east.scene.until_gone(configs, "extra", namespace=fleet.home.namespace)
    await fleet.home.until_sync(sync)
    assert await fleet.west.box("extra")
    await end(fleet, sync)
