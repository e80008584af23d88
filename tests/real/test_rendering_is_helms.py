"""A chart gives the same objects here as with the real `helm template`; hooks that Vidra leaves out apart."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest

from testkit.charts import API_VERSIONS, CHARTS, KUBE_VERSION, Files, unfolded
from testkit.parts.chart import CHART
from testkit.parts.public_charts import NOT_VENDORED, PUBLIC, public_chart
from toolchain.tools import find_tool
from vidra.manifests.parse import read
from vidra.render.errors import RenderError, RenderFault
from vidra.render.process import ProcessRenderer
from vidra.render.request import HelmRequest, Values

pytestmark = pytest.mark.usefixtures("charts")

OURS = "vidra.infrahub.operators.com/"
Objects = dict[tuple[str, str, str], dict[str, Any]]


async def by_helm(folder: Path, values: str) -> Objects:
    """What the real helm makes of a chart."""
    versions = [f"--api-versions={each}" for each in API_VERSIONS]
    command = [str(find_tool("helm")), "template", "r", str(folder), "--namespace=ns", "--include-crds", *versions]
    process = await asyncio.create_subprocess_exec(
        *command, f"--kube-version={KUBE_VERSION}", "--values=-", stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    out, problems = await process.communicate(values.encode())
    assert process.returncode == 0, problems.decode()
    return {key: body for key, body in objects(out).items() if applied(body)}


async def by_vidra(renderer: Path, files: Files, values: str) -> Objects:
    """What Vidra makes of it, without what it adds."""
    request = HelmRequest(
        chart=files,
        release="r",
        namespace="ns",
        values=(Values(name="values", text=values.encode()),),
        kube_version=KUBE_VERSION,
        api_versions=API_VERSIONS,
    )
    rendered = await ProcessRenderer(renderer).render(request)
    return {key: without_ours(body) for key, body in objects(rendered.text).items()}


def objects(text: bytes) -> Objects:
    reading = read(text)
    assert not reading.problems
    return {
        (each.ref.kind, each.body["metadata"].get("namespace", ""), each.ref.name): each.body
        for each in reading.objects
    }


def applied(body: dict[str, Any]) -> bool:
    """Whether something happens to it when a chart is installed or upgraded."""
    events = (body["metadata"].get("annotations") or {}).get("helm.sh/hook", "pre-install")
    return any(event.strip().endswith(("-install", "-upgrade")) for event in events.split(","))


def without_ours(body: dict[str, Any]) -> dict[str, Any]:
    """The object without Vidra's annotations, and without maps that are there for them alone."""
    places = [body["metadata"]]
    if body["kind"] == "Job":
        places.append(body["spec"]["template"].get("metadata", {}))
    for place in places:
        noted = place.get("annotations")
        if noted and any(key.startswith(OURS) for key in noted):
            place["annotations"] = {key: value for key, value in noted.items() if not key.startswith(OURS)}
            if not place["annotations"]:
                del place["annotations"]
    if body["kind"] == "Job" and body["spec"]["template"].get("metadata") == {}:
        del body["spec"]["template"]["metadata"]
    return body


def files_of(folder: Path) -> Files:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", CHARTS)
async def test_our_own_charts_are_the_same(name: str, renderer_program: Path, tmp_path: Path) -> None:
    files, values = CHARTS[name]
    theirs = await by_helm(unfolded(files, tmp_path / "shop"), values)
    assert await by_vidra(renderer_program, files, values) == theirs
    assert theirs


async def test_the_chart_of_vidra_is_the_same(renderer_program: Path) -> None:
    values = "controllerManager: {manager: {image: {repository: example.com/vidra}}}"
    assert await by_vidra(renderer_program, files_of(CHART), values) == await by_helm(CHART, values)


@pytest.mark.usefixtures("public_charts")
@pytest.mark.parametrize("name", PUBLIC)
async def test_public_charts_are_the_same(name: str, renderer_program: Path) -> None:
    folder = await asyncio.to_thread(public_chart, name)
    values = PUBLIC[name]
    theirs = await by_helm(folder, values)
    assert await by_vidra(renderer_program, files_of(folder), values) == theirs
    assert theirs


@pytest.mark.usefixtures("public_charts")
async def test_a_chart_as_it_lies_in_its_repository_says_which_one_is_missing(renderer_program: Path) -> None:
    folder = await asyncio.to_thread(public_chart, NOT_VENDORED)
    with pytest.raises(RenderError, match=r"bitwarden-sdk-server.*helm dependency build") as raised:
        await by_vidra(renderer_program, files_of(folder), "")
    assert raised.value.fault is RenderFault.DEPENDENCY
