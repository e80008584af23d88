"""Replicas deal the syncs among themselves; when one dies the others do its work, and no two write for one sync."""

import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from testkit.controlplane import AuditEntry, ControlPlane
from testkit.environment import RESOURCES, Json, Scene
from testkit.eventually import eventually
from testkit.objects import config_map
from testkit.process import OperatorProcess
from vidra.manifests.write import write

LEASES = "/apis/coordination.k8s.io/v1/namespaces/vidra-system/leases"
SYNCS, ARTIFACTS, OBJECTS = 12, 4, 5
WRITES = {"create", "update", "patch", "delete"}

NewReplica = Callable[..., Awaitable[OperatorProcess]]

_numbers = itertools.count(1)


@pytest.fixture
async def new_replica(own_plane: ControlPlane, scene: Scene, tmp_path: Path) -> AsyncIterator[NewReplica]:
    """Start replicas, each under a ServiceAccount of its own, so that the audit log tells them apart."""
    await own_plane.request("DELETE", LEASES)
    started: list[OperatorProcess] = []

    async def start(shards: int = 3) -> OperatorProcess:
        kubeconfig = await kubeconfig_of(f"replica-{next(_numbers)}", scene, tmp_path)
        flags = ("--leader-elect", f"--shards={shards}")
        replica = OperatorProcess.over(own_plane, tmp_path, *flags, kubeconfig=kubeconfig)
        started.append(replica)
        await replica.start()
        await replica.ready()
        return replica

    yield start
    for replica in started:
        await replica.kill()
        assert "Traceback" not in replica.text(), replica.text()


async def kubeconfig_of(account: str, scene: Scene, folder: Path) -> Path:
    """A kubeconfig of a ServiceAccount that may do everything."""
    config = msgspec.yaml.decode(scene.plane.kubeconfig.read_bytes())
    config["users"][0]["user"] = {"token": await scene.token_of(account)}
    await scene.apply(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": f"{scene.namespace}-{account}"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": scene.namespace}],
        }
    )
    path = folder / f"{account}.kubeconfig"
    path.write_bytes(msgspec.yaml.encode(config))
    return path


async def held(scene: Scene) -> Counter[str]:
    """How many shards each replica holds now, by its identity."""
    listing: Json = await scene.client.get(LEASES, Json)
    items = [item for item in listing["items"] if "-of-" in item["metadata"]["name"]]
    return Counter(holder for item in items if (holder := item["spec"].get("holderIdentity")))


async def dealt(scene: Scene, *counts: int) -> None:
    """Wait until shards are held in these numbers."""

    async def so() -> bool:
        return sorted((await held(scene)).values()) == sorted(counts)

    await eventually(so)


@pytest.mark.occasional
async def test_a_killed_replica_loses_nothing_and_doubles_nothing(new_replica: NewReplica, scene: Scene) -> None:
    replicas = [await new_replica() for _ in range(3)]
    await dealt(scene, 1, 1, 1)
    for number in range(SYNCS):
        for artifact in range(ARTIFACTS):
            names = [f"box-{number}-{artifact}-{index}" for index in range(OBJECTS)]
            scene.infrahub.add_artifact(f"Boxes {number}", write([config_map(name, colour="red") for name in names]))
    mark = scene.plane.audit.mark()
    syncs = [await scene.sync(f"Boxes {number}") for number in range(SYNCS)]

    async def under_way() -> bool:
        return len(written(scene, mark, "configmaps")) > SYNCS * ARTIFACTS * OBJECTS / 4

    await eventually(under_way)
    busiest, _ = Counter(entry.user for entry in written(scene, mark, "configmaps")).most_common(1)[0]
    await next(replica for replica in replicas if busiest.endswith(f":{replica.kubeconfig.stem}")).kill()
    for name in syncs:
        await scene.until_sync(name)
    everything = [f"box-{n}-{a}-{i}" for n in range(SYNCS) for a in range(ARTIFACTS) for i in range(OBJECTS)]
    assert await boxes(scene) == sorted(everything)
    for name in syncs:
        assert len(await scene.resources_of(name)) == ARTIFACTS
    await dealt(scene, 1, 2)
    written_by_one_after_the_other(scene, mark)


def written(scene: Scene, mark: int, resource: str) -> list[AuditEntry]:
    """What replicas wrote."""
    found = scene.plane.audit.so_far(mark)
    return [it for it in found if it.verb in WRITES and it.resource == resource and ":replica-" in it.user]


def written_by_one_after_the_other(scene: Scene, mark: int) -> None:
    """Each sync had one replica, and after the kill perhaps another; and they shared the work."""
    users: dict[str, list[str]] = {}
    for entry in written(scene, mark, "configmaps"):
        number = entry.name.split("-")[1]
        users.setdefault(number, []).append(entry.user)
    assert len(users) == SYNCS
    for number, names in users.items():
        changes = sum(before != after for before, after in itertools.pairwise(names))
        assert changes <= 1, f"sync {number} was written for by {names}"
    assert len({name for names in users.values() for name in names}) > 1


async def boxes(scene: Scene) -> list[str]:
    """The ConfigMaps of the story."""
    listing: Json = await scene.client.get(f"/api/v1/namespaces/{scene.namespace}/configmaps", Json)
    return sorted(item["metadata"]["name"] for item in listing["items"] if item["metadata"]["name"].startswith("box-"))


async def test_who_comes_gets_a_share_and_who_goes_leaves_it_at_once(new_replica: NewReplica, scene: Scene) -> None:
    first = await new_replica()
    await dealt(scene, 3)
    scene.infrahub.add_artifact("Box", write([config_map("box-1", colour="red")]))
    before = [await scene.sync("Box", destination={"namespace": f"{scene.namespace}"}) for _ in range(4)]
    for name in before:
        await scene.until_sync(name)
    second = await new_replica()
    await dealt(scene, 1, 2)
    made = await scene.resources_of(before[0])
    passes = scene.plane.audit.mark()
    await first.terminate()
    await dealt(scene, 3)
    assert second.running
    await scene.until_resource(await scene.resource(write([config_map("box-2", colour="red")])))
    assert [item["metadata"]["uid"] for item in await scene.resources_of(before[0])] == [
        item["metadata"]["uid"] for item in made
    ]
    assert not [entry for entry in written(scene, passes, RESOURCES.plural) if entry.verb in {"create", "delete"}]


@pytest.mark.occasional
async def test_replicas_with_another_number_of_shards_wait_until_the_old_are_gone(
    new_replica: NewReplica, scene: Scene
) -> None:
    first = await new_replica(shards=2)
    await dealt(scene, 2)
    second = await new_replica(shards=1)
    said = await second.until_said("standing by")
    assert "of-2" in said["why"]
    await first.terminate()
    await second.until_said("leading")


@pytest.mark.occasional
async def test_a_replica_that_is_gone_leaves_no_lease_behind(new_replica: NewReplica, scene: Scene) -> None:
    first, second = await new_replica(), await new_replica()
    await dealt(scene, 1, 2)
    await first.terminate()

    async def one_left() -> bool:
        listing: Json = await scene.client.get(LEASES, Json)
        return sum("-replica-" in item["metadata"]["name"] for item in listing["items"]) == 1

    await eventually(one_left)
    assert second.running
