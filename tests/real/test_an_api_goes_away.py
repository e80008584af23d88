"""While the API server of some kinds is away nothing is lost and the others go on; then all is made right."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from testkit.controlplane import ControlPlane
from testkit.environment import RESOURCES, Check, Json, Scene, condition, connection_to, has_reason
from testkit.infrahub import StandIn
from testkit.objects import config_map
from testkit.operating import Operating
from testkit.parts.aggregated import API_VERSION, AggregatedApi
from testkit.parts.certificates import front_proxy
from vidra.kube.client import Client
from vidra.manifests.write import write

AT_ONCE = {"reconcileOnEvents": True}
FLUNDER = (API_VERSION, "Flunder")
CONFIG_MAP = ("v1", "ConfigMap")


def flunder(name: str, reference: str = "one") -> Json:
    spec = {"reference": reference, "referenceType": "Flunder"}
    return {"apiVersion": API_VERSION, "kind": "Flunder", "metadata": {"name": name}, "spec": spec}


def refers_to(reference: str) -> Check:
    return lambda item: bool(item["spec"]["reference"] == reference)


def has(**data: str) -> Check:
    return lambda item: bool(item["data"] == data)


def inventory(resource: Json) -> set[str]:
    return {entry["name"] for entry in resource["status"]["managedResources"]}


def blamed(resource: Json) -> set[str]:
    """The names of the Flunders that a VidraResource has problems with; nothing else has any."""
    objects = [problem["object"] for problem in resource["status"]["problems"]]
    assert all(name.startswith("Flunder ") for name in objects)
    return {name.split()[1].rpartition("/")[2] for name in objects}


@pytest.fixture
async def alone() -> AsyncIterator[tuple[Scene, AggregatedApi, Operating]]:
    """A cluster with an aggregated API, whose operator a test may stop and start."""
    async with ControlPlane(front_proxy=front_proxy()) as plane, AggregatedApi(plane) as api, StandIn() as infrahub:
        client = Client(connection_to(plane))
        scene = Scene(plane, client, infrahub, "default")
        await scene.define()
        async with Operating(plane) as operating:
            yield scene, api, operating
        await client.close()


@pytest.mark.usefixtures("aggregated")
async def test_its_kinds_are_delivered_changed_put_back_and_pruned(scene: Scene) -> None:
    scene.discovery.forget()
    kind = await scene.kind(*FLUNDER)
    place: Any = {"namespace": scene.namespace}
    artifact = scene.infrahub.add_artifact("Fish", write([flunder("a"), flunder("b")]))
    sync = await scene.sync("Fish", destination=AT_ONCE, interval="1s")
    await scene.until_sync(sync)
    scene.infrahub.change(artifact, write([flunder("a", "two")]))
    await scene.until(kind, "a", refers_to("two"), **place)
    await scene.until_gone(kind, "b", **place)
    await scene.patch(kind, "a", {"spec": {"reference": "by hand"}}, **place)
    await scene.until(kind, "a", refers_to("two"), **place)
    await scene.delete(kind, "a", **place)
    await scene.until(kind, "a", refers_to("two"), **place)


async def test_while_it_is_away_nothing_is_lost_the_others_go_on_and_afterwards_all_is_made_right(
    scene: Scene, aggregated: AggregatedApi
) -> None:
    kind, configs = await scene.kind(*FLUNDER), await scene.kind(*CONFIG_MAP)
    place: Any = {"namespace": scene.namespace}
    name = await scene.resource(write([flunder("stays"), flunder("goes"), config_map("box", colour="red")]))
    other = await scene.resource(write([config_map("other", colour="red")]))
    await scene.until_resource(name)
    await scene.until_resource(other)
    before = await scene.get(kind, "stays", **place)

    await aggregated.go_away()
    await scene.resource(write([flunder("stays", "two"), config_map("box", colour="blue")]), name=name)
    await scene.resource(write([config_map("other", colour="blue")]), name=other)
    await scene.until(configs, "box", has(colour="blue"), **place)
    await scene.until_resource(other)
    resource = await scene.until_resource(name, lambda item: condition(item)["status"] == "False")
    assert blamed(resource) == {"stays"}
    assert inventory(resource) == {"stays", "goes", "box"}

    await aggregated.come_back()
    resource = await scene.until_resource(name)
    assert inventory(resource) == {"stays", "box"}
    after = await scene.get(kind, "stays", **place)
    assert before is not None
    assert after is not None
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["spec"]["reference"] == "two"
    assert await scene.get(kind, "goes", **place) is None


async def test_a_deletion_waits_for_it_and_then_ends(scene: Scene, aggregated: AggregatedApi) -> None:
    scene.discovery.forget()
    kind = await scene.kind(*FLUNDER)
    name = await scene.resource(write([flunder("fish"), config_map("box")]))
    await scene.until_resource(name)
    await aggregated.go_away()
    await scene.delete(RESOURCES, name)
    resource = await scene.until_resource(name, has_reason("PruneFailed"))
    assert blamed(resource) == {"fish"}
    assert inventory(resource) == {"fish", "box"}
    await aggregated.come_back()
    await scene.until_gone(RESOURCES, name)
    assert await scene.get(kind, "fish", namespace=scene.namespace) is None


async def test_an_operator_that_starts_while_it_is_away_loses_nothing_and_does_its_other_work(
    alone: tuple[Scene, AggregatedApi, Operating],
) -> None:
    scene, api, operating = alone
    kind, configs = await scene.kind(*FLUNDER), await scene.kind(*CONFIG_MAP)
    place: Any = {"namespace": scene.namespace}
    name = await scene.resource(write([flunder("stays"), flunder("goes"), config_map("box", colour="red")]))
    await scene.until_resource(name)
    before = await scene.get(kind, "stays", **place)
    await operating.stop()
    await api.go_away()
    await scene.resource(write([flunder("stays"), config_map("box", colour="blue")]), name=name)
    other = await scene.resource(write([config_map("other")]))

    await operating.start()
    await scene.until_resource(other)
    await scene.until(configs, "box", has(colour="blue"), **place)
    resource = await scene.until_resource(name, lambda item: bool(item["status"].get("problems")))
    assert inventory(resource) == {"stays", "goes", "box"}

    await api.come_back()
    resource = await scene.until_resource(name)
    assert inventory(resource) == {"stays", "box"}
    after = await scene.get(kind, "stays", **place)
    assert before is not None
    assert after is not None
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert await scene.get(kind, "goes", **place) is None
