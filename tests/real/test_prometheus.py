"""A real Prometheus scrapes an operator at work: alerts fire for what is wrong, and not while all is well."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from testkit.conflicting_writer import stubborn
from testkit.controlplane import ControlPlane
from testkit.controlplane.ports import free_port
from testkit.environment import RESOURCES, SYNCS, Scene, connection_to, has_reason
from testkit.eventually import eventually
from testkit.infrahub import StandIn
from testkit.objects import config_map
from testkit.objects import namespace as namespace_named
from testkit.parts.prometheus import Prometheus
from testkit.process import OperatorProcess
from testkit.promql import expressions
from testkit.remote import BOX, Remote
from toolchain.tools import find_tool
from vidra.api.names import APPROVE_PRUNE, REQUESTED_AT
from vidra.kube.client import Client
from vidra.manifests.write import write

FILES = Path(__file__).parents[2] / "charts" / "vidra" / "files"
ALERTS = FILES / "alerts.yaml"
OVER_TIME = Path(__file__).with_name("alerts_over_time.yaml")
BROKEN = f"{BOX}---\n{{broken"

_numbers = itertools.count(1)


@pytest.fixture
async def vidra(own_plane: ControlPlane, tmp_path: Path) -> AsyncIterator[OperatorProcess]:
    """An operator as a process, with its metrics on a port."""
    operator = OperatorProcess.over(own_plane, tmp_path)
    await operator.start()
    await operator.ready()
    yield operator
    await operator.kill()


@pytest.fixture
async def here(own_plane: ControlPlane, vidra: OperatorProcess) -> AsyncIterator[Scene]:
    """A scene in which that operator works; what is left of it afterwards nobody looks after."""
    client = Client(connection_to(own_plane))
    async with StandIn() as infrahub:
        scene = Scene(own_plane, client, infrahub, f"watched-{next(_numbers)}")
        await scene.apply(namespace_named(scene.namespace))
        await scene.credentials()
        yield scene
        for kind in (SYNCS, RESOURCES):
            for item in (await client.get(kind.path(), dict[str, Any]))["items"]:
                await scene.delete(kind, item["metadata"]["name"])
        for kind in (SYNCS, RESOURCES):
            for item in (await client.get(kind.path(), dict[str, Any]))["items"]:
                if vidra.running:
                    await scene.until_gone(kind, item["metadata"]["name"])
    await client.close()


@pytest.fixture
async def prometheus(vidra: OperatorProcess, tmp_path: Path) -> AsyncIterator[Prometheus]:
    """What scrapes it."""
    async with Prometheus(tmp_path, vidra.metrics, ALERTS) as prometheus:
        yield prometheus


async def ready_sync(scene: Scene, text: str = BOX, **spec: Any) -> tuple[str, str]:
    """A sync with one artifact that is applied; gives its name and the artifact's id."""
    artifact = scene.infrahub.add_artifact("Boxes", text)
    name = await scene.sync("Boxes", **{"interval": "1s", **spec})
    await scene.until_sync(name)
    return name, artifact


async def test_nothing_fires_while_all_is_well(here: Scene, prometheus: Prometheus) -> None:
    name, artifact = await ready_sync(here)
    paused = await here.resource(BOX.replace("box", "paused"), suspend=True)
    await here.until_resource(paused, lambda item: bool(item.get("status", {}).get("conditions")))
    here.infrahub.change(artifact, BOX.replace("red", "blue"))
    await here.until_resource(f"{name}-{artifact}", has_reason("Applied"))
    await prometheus.looked()
    assert await prometheus.alerts() == {}
    assert (await prometheus.query('vidra_resources{kind="InfrahubSync", ready="True"}'))[0]["value"][1] == "1"


async def test_a_sync_that_is_not_ready(here: Scene, prometheus: Prometheus) -> None:
    _, artifact = await ready_sync(here)
    here.infrahub.change(artifact, BROKEN)
    await prometheus.until_firing("VidraNotReady", kind="VidraResource", reason="InvalidManifest")
    assert len((await prometheus.alerts())["VidraNotReady"]) == 1  # its sync follows from it
    here.infrahub.change(artifact, BOX.replace("red", "blue"))
    await prometheus.until_silent()


async def test_a_prune_that_is_held(here: Scene, prometheus: Prometheus) -> None:
    many = [config_map(f"map-{number}", colour="red") for number in range(20)]
    name = await here.resource(write(many))
    await here.until_resource(name)
    await here.resource(write(many[:1]), name=name)
    held = await here.until_resource(name, has_reason("PruneHeld"))
    await prometheus.until_firing("VidraPruneHeld")
    agreed = {"metadata": {"annotations": {APPROVE_PRUNE: held["status"]["heldPrune"]["id"]}}}
    await here.patch(RESOURCES, name, agreed)
    await prometheus.until_silent()


async def test_an_infrahub_that_is_away_rings_once(here: Scene, prometheus: Prometheus) -> None:
    await ready_sync(here)
    await here.infrahub.stop()
    await prometheus.until_firing("VidraInfrahubUnreachable", host=here.infrahub.url.removeprefix("http://"))

    async def overdue() -> bool:
        return bool(await prometheus.query("vidra_overdue_syncs > 0"))

    await eventually(overdue)
    await prometheus.looked()
    assert list(await prometheus.alerts()) == ["VidraInfrahubUnreachable"]
    await here.infrahub.start()
    await prometheus.until_silent()


async def test_a_cluster_that_is_away(here: Scene, prometheus: Prometheus, east_plane: ControlPlane) -> None:
    client = Client(connection_to(east_plane))
    remote = Remote(here, Scene(east_plane, client, here.infrahub, here.namespace))
    nowhere = f"127.0.0.1:{free_port()}"
    remote.moved_to(f"https://{nowhere}")
    await remote.credentials()
    name = await remote.resource()
    await prometheus.until_firing("VidraClusterUnreachable", host=nowhere)
    assert len((await prometheus.alerts())["VidraClusterUnreachable"]) == 1
    await here.delete(RESOURCES, name)
    await prometheus.until_silent()
    await client.close()


async def test_a_fight(here: Scene, prometheus: Prometheus) -> None:
    name = await here.resource(BOX, destination={"reconcileOnEvents": True})
    await here.until_resource(name)
    async with stubborn(here):
        await prometheus.until_firing("VidraDriftFight")


async def test_drift_that_is_left(here: Scene, prometheus: Prometheus) -> None:
    name = await here.resource(BOX, driftPolicy="Report", destination={"reconcileOnEvents": True})
    await here.until_resource(name)
    configs = await here.kind("v1", "ConfigMap")
    await here.patch(configs, "box", {"data": {"colour": "blue"}}, namespace=here.namespace)
    await prometheus.until_firing("VidraDrifted")
    await here.patch(configs, "box", {"data": {"colour": "red"}}, namespace=here.namespace)
    await here.patch(RESOURCES, name, {"metadata": {"annotations": {REQUESTED_AT: "now"}}})
    await prometheus.until_silent()


async def test_an_operator_that_is_gone(here: Scene, prometheus: Prometheus, vidra: OperatorProcess) -> None:
    await ready_sync(here)
    await prometheus.looked()
    await vidra.terminate()
    await prometheus.until_firing("VidraAbsent")
    await vidra.start()
    await prometheus.until_silent()


async def test_every_panel_of_the_dashboard_can_be_asked(here: Scene, prometheus: Prometheus) -> None:
    await ready_sync(here)
    await here.until_resource(await here.resource(BROKEN.replace("box", "two")), has_reason("InvalidManifest"))
    await prometheus.looked()
    board = json.loads((FILES / "dashboard.json").read_text(encoding="utf-8"))
    asked = [text.replace("$__rate_interval", "1m").replace("$job", ".*") for text in expressions(board)]
    empty = [text for text in asked if not await prometheus.query(text)]
    # It does not elect, as it is alone; and nothing is read from another source.
    assert [text for text in empty if "leader_election" not in text and "vidra_source_up" not in text] == []


@pytest.fixture
async def promtool() -> Path:
    return await asyncio.to_thread(find_tool, "prometheus") / "promtool"


async def test_the_rules_are_rules(promtool: Path) -> None:
    await ran(promtool, "check", "rules", str(ALERTS))


async def test_each_alert_fires_when_it_should_and_not_before(promtool: Path, tmp_path: Path) -> None:
    rules = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            del rule["annotations"]["description"]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules))
    (tmp_path / OVER_TIME.name).write_bytes(OVER_TIME.read_bytes())
    await ran(promtool, "test", "rules", str(tmp_path / OVER_TIME.name))


def test_each_alert_is_seen_to_fire_over_time() -> None:
    tests = yaml.safe_load(OVER_TIME.read_text(encoding="utf-8"))["tests"]
    fired = {found["alertname"] for test in tests for found in test["alert_rule_test"] if found["exp_alerts"]}
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    assert fired == {rule["alert"] for group in groups for rule in group["rules"]}


async def ran(program: Path, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        program, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
