"""Where the program is looked for, and what is said where it is not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from testkit.charts import KUBE_VERSION, chart
from vidra.render.errors import RendererMissingError
from vidra.render.process import ProcessRenderer
from vidra.render.program import GIVEN, NAME, find_program
from vidra.render.request import HelmRequest


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(GIVEN, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


async def test_where_there_is_none_it_is_said_what_to_do() -> None:
    with pytest.raises(RendererMissingError, match=f"make renderer.*{GIVEN}"):
        await ProcessRenderer().render(
            HelmRequest(chart=chart(), release="r", namespace="ns", kube_version=KUBE_VERSION)
        )


def test_what_is_named_is_taken_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = put(tmp_path / "one"), put(tmp_path / "other")
    monkeypatch.setenv(GIVEN, str(other))
    assert find_program() == other
    assert find_program(str(one)) == one
    with pytest.raises(RendererMissingError, match="cannot be run"):
        find_program(str(tmp_path / "nothing"))


def test_beside_vidra_and_in_the_cache(tmp_path: Path) -> None:
    cached = put(tmp_path / "cache" / "vidra" / "renderer" / NAME)
    assert find_program() == cached
    beside = put(tmp_path / "prefix" / "bin" / NAME)
    assert find_program() == beside


async def test_what_cannot_be_started_is_missing(tmp_path: Path) -> None:
    program = tmp_path / "text"
    program.write_text("no program")
    program.chmod(0o755)
    with pytest.raises(RendererMissingError, match="cannot be run"):
        await ProcessRenderer(program).render(
            HelmRequest(chart=chart(), release="r", namespace="ns", kube_version=KUBE_VERSION)
        )
