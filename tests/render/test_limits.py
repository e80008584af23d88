"""A bomb, an endless template or too much of anything ends by itself, and so does what nobody waits for any more."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import msgspec
import pytest

from testkit.charts import KUBE_VERSION, Files, chart, config_map, packed, within
from testkit.eventually import eventually
from testkit.overlays import overlay
from vidra.render.errors import RendererMissingError, RenderError, RenderFault
from vidra.render.limits import RENDER_LIMITS, RenderLimits
from vidra.render.process import ProcessRenderer
from vidra.render.request import HelmRequest, KustomizeRequest, RenderRequest

MIB = 1024 * 1024
SMALL = msgspec.structs.replace(RENDER_LIMITS, memory=192 * MIB, cpu=1, output=MIB, input=8 * MIB, file=2 * MIB)
ENDLESS = "{{ range until 90000 }}{{ range until 90000 }}{{ end }}{{ end }}"
LOOP = "{{ range $i := until %d }}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a{{ $i }}}\n{{ end }}"
MANY = chart(web=LOOP % 10_001)


def helm(files: Files | bytes) -> HelmRequest:
    return HelmRequest(chart=files, release="r", namespace="ns", kube_version=KUBE_VERSION)


def bomb(size: int, files: int = 1) -> bytes:
    return packed(chart() | {f"zeros{number}": bytes(size) for number in range(files)})


CASES: dict[str, tuple[RenderRequest, RenderLimits, RenderFault, str]] = {
    "a file that unpacks without end": (helm(bomb(64 * MIB)), SMALL, RenderFault.TOO_LARGE, "zeros0"),
    "many files that do so together": (helm(bomb(MIB, 12)), SMALL, RenderFault.TOO_LARGE, str(SMALL.input)),
    "a bomb in a subchart": (
        helm(chart() | {"charts/deep.tgz": bomb(64 * MIB)}),
        SMALL,
        RenderFault.CHART,
        "larger than the maximum size",
    ),
    "too many files": (helm(chart() | {f"f{n}": b"" for n in range(5_001)}), SMALL, RenderFault.TOO_LARGE, "5000"),
    "a template that never ends": (helm(chart(web=ENDLESS)), SMALL, RenderFault.TOO_LONG, "1 seconds of the processor"),
    "a template that takes all memory": (
        helm(chart(web="{{ range until 200000000 }}x{{ end }}")),
        SMALL,
        RenderFault.TOO_LARGE,
        "memory",
    ),
    "a text that doubles itself": (
        helm(chart(web='{{ $x := "ab" }}{{ range until 40 }}{{ $x = printf "%s%s" $x $x }}{{ end }}{{ $x }}')),
        SMALL,
        RenderFault.TOO_LARGE,
        "memory",
    ),
    "more objects than are taken": (helm(MANY), RENDER_LIMITS, RenderFault.TOO_LARGE, "10001 objects"),
    "a text that is too long": (
        helm(chart(web=config_map("a", f"x: '{'y' * 1100 * 1024}'"))),
        SMALL,
        RenderFault.TOO_LARGE,
        str(MIB),
    ),
    "an overlay with too long a file": (
        KustomizeRequest(files=overlay("resources: []") | {"a": bytes(3 * MIB)}),
        SMALL,
        RenderFault.TOO_LARGE,
        "a has more",
    ),
    "a request that is too large": (
        KustomizeRequest(files=overlay("resources: []") | {f"a{n}": bytes(MIB) for n in range(20)}),
        SMALL,
        RenderFault.TOO_LARGE,
        "8,388,608",
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_what_is_beyond_a_limit_ends_with_a_sentence(name: str, renderer_program: Path) -> None:
    request, limits, fault, said = CASES[name]
    renderer = ProcessRenderer(renderer_program, limits)
    with pytest.raises(RenderError) as raised:
        await renderer.render(request)
    assert raised.value.fault is fault, str(raised.value)
    assert said in str(raised.value)
    assert len(str(raised.value)) < 2_100


@pytest.mark.occasional
async def test_ten_thousand_objects_are_rendered(renderer_program: Path) -> None:
    rendered = await ProcessRenderer(renderer_program).render(helm(chart(web=LOOP % 10_000)))
    assert rendered.text.count(b"kind: ConfigMap") == 10_000


@pytest.mark.occasional
async def test_an_overlay_of_a_thousand_files_is_rendered(renderer_program: Path) -> None:
    names = [f"a{number}.yaml" for number in range(1_000)]
    files = overlay(f"resources: [{', '.join(names)}]") | {name: config_map(name[:-5]).encode() for name in names}
    rendered = await ProcessRenderer(renderer_program).render(KustomizeRequest(files=within("x", files), folder="x"))
    assert rendered.text.count(b"kind: ConfigMap") == 1_000


def script(folder: Path, text: str) -> Path:
    """A program in the place of the renderer."""
    path = folder / "renderer"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


async def test_a_renderer_that_hangs_is_ended(tmp_path: Path) -> None:
    limits = msgspec.structs.replace(RENDER_LIMITS, wall=0.05)
    with pytest.raises(RenderError) as raised:
        await ProcessRenderer(script(tmp_path, "exec sleep 1000"), limits).render(helm(chart()))
    assert raised.value.fault is RenderFault.TOO_LONG
    assert raised.value.again


async def test_two_work_at_a_time_and_what_is_cancelled_ends(tmp_path: Path) -> None:
    program = script(tmp_path, f"echo $$ >> {tmp_path}/running; exec sleep 1000")
    renderer = ProcessRenderer(program)
    asked = [asyncio.create_task(renderer.render(helm(chart()))) for _ in range(3)]
    lines = tmp_path / "running"

    async def started() -> list[int]:
        return [int(line) for line in lines.read_text().split()] if lines.exists() else []

    async def two() -> bool:
        return len(await started()) == 2

    await eventually(two)
    pids = await started()
    for task in asked:
        task.cancel()
    ended = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(each, asyncio.CancelledError) for each in ended)
    assert len(await started()) == 2, "the third never began"
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.parametrize(
    ("ending", "fault"),
    [
        ("exit 2", RenderFault.TOO_LARGE),
        (f"kill -{signal.SIGKILL} $$", RenderFault.TOO_LARGE),
        ("exit 11", RenderFault.TOO_LARGE),
        ("exit 10", RenderFault.MISSING),
        ("exit 7", RenderFault.FAILED),
        ("echo hello", RenderFault.FAILED),
        (
            """echo '{"protocol": 9, "error": {"fault": "Missing", "message": "it speaks protocol 9"}}'""",
            RenderFault.MISSING,
        ),
    ],
)
async def test_every_end_of_the_program_has_its_kind(ending: str, fault: RenderFault, tmp_path: Path) -> None:
    with pytest.raises(RenderError) as raised:
        await ProcessRenderer(script(tmp_path, ending)).render(helm(chart()))
    assert raised.value.fault is fault
    assert isinstance(raised.value, RendererMissingError) is (fault is RenderFault.MISSING)
