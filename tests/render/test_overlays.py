"""An overlay comes out as `kubectl kustomize` builds it, with variables put in as Flux does."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from testkit.charts import config_map, unfolded, within
from testkit.overlays import BASE, OVERLAYS, overlay
from toolchain.find import find
from vidra.manifests.parse import read
from vidra.render.process import ProcessRenderer
from vidra.render.rendered import RemarkKind, Rendered
from vidra.render.request import KustomizeRequest, Variable


@pytest.fixture
def renderer(renderer_program: Path) -> ProcessRenderer:
    return ProcessRenderer(renderer_program)


@pytest.mark.parametrize("name", OVERLAYS)
async def test_the_objects_are_those_of_kubectl(name: str, renderer: ProcessRenderer, tmp_path: Path) -> None:
    files, folder = OVERLAYS[name]
    rendered = await renderer.render(KustomizeRequest(files=files, folder=folder))
    there = unfolded(files, tmp_path) / folder
    kubectl = await asyncio.create_subprocess_exec(
        find() / "kubectl", "kustomize", there, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await kubectl.communicate()
    assert kubectl.returncode == 0
    ours, theirs = read(rendered.text), read(out)
    assert {each.ref: each.body for each in ours.objects} == {each.ref: each.body for each in theirs.objects}
    assert ours.objects
    assert not ours.problems


VARIED = overlay(
    "resources: [a.yaml, b.yaml]",
    a=config_map("a", "x: 'at ${HOST}', y: '${PORT:=80}', z: '$${KEPT} $SIGN', up: '${HOST^^}'"),
    b=config_map("b", "x: '${LEFT}'", "kustomize.toolkit.fluxcd.io/substitute: disabled"),
)


def data(rendered: Rendered) -> list[dict[str, object]]:
    return [each.body["data"] for each in read(rendered.text).objects]


async def test_variables_are_put_in_and_what_is_excluded_stays(renderer: ProcessRenderer) -> None:
    variables = (Variable(name="HOST", value="example.com\n"),)
    first, second = data(await renderer.render(KustomizeRequest(files=VARIED, variables=variables)))
    assert first == {"x": "at example.com", "y": 80, "z": "${KEPT} $SIGN", "up": "EXAMPLE.COM"}
    assert second == {"x": "${LEFT}"}


async def test_without_variables_the_signs_mean_nothing(renderer: ProcessRenderer) -> None:
    first, _ = data(await renderer.render(KustomizeRequest(files=VARIED)))
    assert first["x"] == "at ${HOST}"


async def test_which_files_were_read_is_told_and_no_others(renderer: ProcessRenderer) -> None:
    files = BASE | within("edge", overlay("resources: [../base]")) | {"README.md": b"", "base/other.yaml": b"x: y"}
    rendered = await renderer.render(KustomizeRequest(files=files, folder="edge"))
    assert rendered.read == ("base/kustomization.yaml", "base/web.yaml", "edge/kustomization.yaml")


async def test_deprecated_fields_are_said_and_nothing_comes_of_nothing(renderer: ProcessRenderer) -> None:
    files, folder = OVERLAYS["fields that are deprecated"]
    rendered = await renderer.render(KustomizeRequest(files=files, folder=folder))
    assert {each.kind for each in rendered.remarks} == {RemarkKind.DEPRECATED}
    assert any("commonLabels" in each.message for each in rendered.remarks)
    assert (await renderer.render(KustomizeRequest(files=overlay("resources: []")))).text == b""
