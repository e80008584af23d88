"""One artifact name for many clusters: each gets what is for it, by the name of the target on its Secret."""

from testkit.environment import SYNCS, condition, has_reason, is_ready
from testkit.eventually import eventually
from testkit.objects import config_map
from testkit.remote import Remote
from vidra.api.names import TARGET_LABEL
from vidra.manifests.write import write


def coloured(colour: str) -> str:
    return write([config_map("box", colour=colour)])


async def test_each_cluster_gets_the_artifacts_of_its_target(remote: Remote, west: Remote) -> None:
    home, infrahub = remote.home, remote.home.infrahub
    infrahub.add_artifact("Colours", coloured("red"), target="north")
    blue = infrahub.add_artifact("Colours", coloured("blue"), target="south")
    green = infrahub.add_artifact("Colours", coloured("green"), target="attic")

    async def marked(east: str, other: str) -> None:
        await remote.credentials("a-east", story="routed", **{TARGET_LABEL: east})
        await west.credentials("b-west", story="routed", **{TARGET_LABEL: other})

    async def boxes() -> list[str | None]:
        found = [await there.box() for there in (remote, west)]
        return [box["data"].get("colour") if box else None for box in found]

    async def until_boxes(*colours: str) -> None:
        async def so() -> bool:
            return await boxes() == [*colours]

        await eventually(so)

    await marked("north", "south")
    destination = {"clusterSelector": {"matchLabels": {"story": "routed"}}, "routing": "ByTarget"}
    sync = await home.sync("Colours", destination=destination, interval="1h")

    item = await home.until_sync(sync, has_reason("NoClusterForTarget"))
    assert "no selected cluster is for attic: label or annotate its Secret" in condition(item)["message"]
    await until_boxes("red", "blue")

    source = {"targets": {"names": ["north", "south", "sotuh"]}}
    await home.patch(SYNCS, sync, {"spec": {"source": source}})
    item = await home.until_sync(sync)
    assert 'no artifact is for name "sotuh"' in condition(item)["message"]
    assert item["status"]["clusterProgress"] == "2/2"
    uids = await _uids(remote, west)

    # A target that is renamed, or a mark that is taken away, deletes nothing.
    infrahub.rename_target(blue, "basement")
    await home.patch(SYNCS, sync, {"spec": {"source": {"targets": None}, "interval": "1s"}})
    infrahub.remove(green)
    item = await home.until_sync(sync, lambda found: "for basement:" in condition(found)["message"])
    assert await boxes() == ["red", "blue"]
    assert await _uids(remote, west) == uids
    infrahub.rename_target(blue, "south")
    await home.until_sync(sync)

    # Marks that are exchanged exchange the objects; none is missing meanwhile for longer than the other needs.
    await marked("south", "north")
    await until_boxes("blue", "red")
    item = await home.until_sync(sync, lambda found: found["status"]["resources"] == 2 and is_ready(found))
    assert item["status"]["clusterProgress"] == "2/2"


async def _uids(*clusters: Remote) -> list[str]:
    boxes = [await there.box() for there in clusters]
    return [box["metadata"]["uid"] for box in boxes if box]
