"""The chart over what was there before: older definitions, which helm does not touch, and the first Vidra's chart."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from testkit.command import vidra_with
from testkit.controlplane import ControlPlane
from testkit.environment import SYNCS, Scene, connection_to
from testkit.infrahub import StandIn
from testkit.parts.chart import CHART, IMAGE
from testkit.parts.helm import helm
from vidra.kube.client import Client

OWN = "vidra-system"
FIRST_DEFINITIONS = Path(__file__).parents[1] / "api" / "first_vidra" / "crds.yaml"
SYNC = """
apiVersion: infrahub.operators.com/v1alpha1
kind: InfrahubSync
metadata: {name: webserver, finalizers: [example.com/stay]}
spec:
  source: {infrahubAPIURL: "http://infrahub", artefactName: Web, targetBranch: main}
"""
FIRST_WORKLOAD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: vidra-vidra-operator-controller-manager, namespace: vidra-system}
spec:
  selector: {matchLabels: {app: first}}
  template:
    metadata: {labels: {app: first}}
    spec: {containers: [{name: manager, image: registry.example.com/first}]}
"""
FLAGS = ("-n", OWN, "--set", IMAGE)
DEFINITION = "infrahubsyncs.infrahub.operators.com"


@pytest.fixture
async def cluster() -> AsyncIterator[ControlPlane]:
    """A cluster of its own for each test: definitions are there only once."""
    async with ControlPlane(controllers=False) as plane:
        await plane.kubectl("create", "namespace", OWN)
        yield plane


async def upgraded(cluster: ControlPlane) -> None:
    """What the guide says: the definitions of the chart, over those that are there."""
    shown = await helm(cluster, "show", "crds", str(CHART))
    await cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=shown.stdout)


async def definitions(cluster: ControlPlane) -> str:
    """What `vidra check` says of them."""
    ended = await vidra_with(cluster.kubeconfig)("check", "--as-account", f"{OWN}:vidra")
    return next(line for line in ended.out.splitlines() if line.startswith("definitions"))


@pytest.mark.usefixtures("charts")
async def test_definitions_are_upgraded_with_what_the_chart_shows(cluster: ControlPlane) -> None:
    await cluster.kubectl("create", "-f", str(FIRST_DEFINITIONS))
    await helm(cluster, "install", "vidra", str(CHART), *FLAGS)
    assert "not as this version needs it" in await definitions(cluster)
    await upgraded(cluster)
    assert "ok" in await definitions(cluster)
    upgrade = await helm(cluster, "upgrade", "vidra", str(CHART), *FLAGS)
    assert "kubectl apply --server-side --force-conflicts -f -" in upgrade.stdout


@pytest.fixture
async def first_release(cluster: ControlPlane, tmp_path: Path) -> Scene:
    """A release of a chart that has its definitions among its templates, as the first Vidra's has, and a sync."""
    templates = tmp_path / "vidra-operator" / "templates"
    templates.mkdir(parents=True)
    (templates.parent / "Chart.yaml").write_text("apiVersion: v2\nname: vidra-operator\nversion: 0.0.6\n")
    (templates / "definitions.yaml").write_text(FIRST_DEFINITIONS.read_text())
    (templates / "deployment.yaml").write_text(FIRST_WORKLOAD)
    await helm(cluster, "install", "vidra", str(templates.parent), "-n", OWN)
    await cluster.kubectl("wait", "--for=condition=Established", f"crd/{DEFINITION}")
    await cluster.kubectl("apply", "-f", "-", stdin=SYNC)
    return Scene(cluster, Client(connection_to(cluster)), StandIn(), OWN)


@pytest.mark.usefixtures("charts")
async def test_over_the_first_chart_with_its_definitions_and_what_is_in_them_kept(
    cluster: ControlPlane, first_release: Scene
) -> None:
    before = await first_release.get(SYNCS, "webserver")
    kept = ("helm.sh/resource-policy=keep", f"crd/{DEFINITION}", "crd/vidraresources.infrahub.operators.com")
    await cluster.kubectl("annotate", kept[1], kept[2], kept[0])
    await upgraded(cluster)
    await helm(cluster, "upgrade", "vidra", str(CHART), *FLAGS, "--reset-values")
    after = await first_release.get(SYNCS, "webserver")
    assert before is not None
    assert after is not None
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert "deletionTimestamp" not in after["metadata"]
    named = await cluster.kubectl("-n", OWN, "get", "deployments", "-o", "name")
    assert named.stdout.split() == ["deployment.apps/vidra"]
    assert "ok" in await definitions(cluster)
    await helm(cluster, "uninstall", "vidra", "-n", OWN)
    assert await first_release.get(SYNCS, "webserver") is not None
    await first_release.client.close()


@pytest.mark.usefixtures("charts")
async def test_without_that_annotation_helm_would_take_everything_away(
    cluster: ControlPlane, first_release: Scene
) -> None:
    """Why the guide insists on it."""
    upgrade = asyncio.create_task(helm(cluster, "upgrade", "vidra", str(CHART), *FLAGS, "--reset-values"))
    going = lambda item: "deletionTimestamp" in item["metadata"]  # noqa: E731 - read once, below
    await first_release.until(SYNCS, "webserver", going)
    await upgrade
    await first_release.client.close()
