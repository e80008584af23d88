"""Helm packs a chart, a registry or a plain repository hands it out, and a cluster gets what is in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from testkit.controlplane import ControlPlane
from testkit.parts.files import Files
from testkit.parts.helm import helm
from testkit.parts.registry import Registry

CHART = "apiVersion: v2\nname: box\nversion: {version}\n"
TEMPLATE = """
apiVersion: v1
kind: ConfigMap
metadata: {name: box}
data: {colour: {{ .Values.colour | quote }}, version: {{ .Chart.Version | quote }}}
"""


async def pack(plane: ControlPlane, to: Path, version: str) -> Path:
    """A packed chart with one ConfigMap."""
    chart = to / "box"
    (chart / "templates").mkdir(parents=True, exist_ok=True)
    (chart / "Chart.yaml").write_text(CHART.format(version=version))
    (chart / "values.yaml").write_text("colour: red\n")
    (chart / "templates" / "box.yaml").write_text(TEMPLATE)
    await helm(plane, "lint", "--strict", str(chart))
    await helm(plane, "package", str(chart), "--destination", str(to))
    return to / f"box-{version}.tgz"


async def box(plane: ControlPlane, namespace: str) -> object:
    answer = await plane.request("GET", f"/api/v1/namespaces/{namespace}/configmaps/box")
    return answer.body.get("data") if answer.status == 200 else None


@pytest.fixture
async def repository(tmp_path: Path) -> AsyncIterator[str]:
    """The address of a web server that hands out the files of the test's folder."""
    async with Files(tmp_path) as files:
        yield files.url


async def test_through_a_registry(
    controlplane: ControlPlane, registry: Registry, namespace: str, tmp_path: Path
) -> None:
    charts, flags = f"oci://{registry.address}/charts", ("--plain-http", "-n", namespace)
    for version in ("1.0.0", "1.1.0"):
        await helm(controlplane, "push", str(await pack(controlplane, tmp_path, version)), charts, "--plain-http")
    await helm(controlplane, "install", "it", f"{charts}/box", "--version=1.0.0", *flags)
    assert await box(controlplane, namespace) == {"colour": "red", "version": "1.0.0"}
    await helm(controlplane, "upgrade", "it", f"{charts}/box", "--set=colour=blue", *flags)
    assert await box(controlplane, namespace) == {"colour": "blue", "version": "1.1.0"}
    await helm(controlplane, "uninstall", "it", "-n", namespace)
    assert await box(controlplane, namespace) is None


@pytest.mark.usefixtures("registry")  # which gets helm beforehand
async def test_through_a_plain_repository(
    controlplane: ControlPlane, repository: str, namespace: str, tmp_path: Path
) -> None:
    await pack(controlplane, tmp_path, "1.0.0")
    await helm(controlplane, "repo", "index", str(tmp_path))
    await helm(controlplane, "repo", "add", namespace, repository)
    await helm(controlplane, "install", "it", f"{namespace}/box", "-n", namespace)
    assert await box(controlplane, namespace) == {"colour": "red", "version": "1.0.0"}
