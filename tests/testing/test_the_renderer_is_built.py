"""`make renderer` builds once, the same way each time, and leaves the program where Vidra finds it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain import modules, renderer
from toolchain.errors import BinariesError
from toolchain.go import pinned_version
from toolchain.modules import PRODUCT, go_order, go_version
from toolchain.renderer import find_renderer
from vidra.render.program import GIVEN, find_program

ROOT = Path(__file__).parents[2]
PutGo = Callable[..., Path]


@pytest.fixture(autouse=True)
def elsewhere(cache_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not cache_home.exists()
    monkeypatch.delenv(GIVEN, raising=False)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))


def test_it_is_built_once_and_found(put_go: PutGo) -> None:
    log = put_go()
    path = find_renderer()
    assert find_renderer() == path
    (built,) = log.read_text().splitlines()
    assert "-trimpath -buildvcs=false" in built
    assert "-buildid=" in built
    assert find_program().samefile(path)
    assert not renderer.absent()


def test_other_sources_are_another_program_and_the_last_one_is_found(
    put_go: PutGo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = put_go()
    first = find_renderer()
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in modules.place(PRODUCT).iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(renderer, "place", lambda _: copy)
    assert find_renderer() == first, "a copy of the same sources"
    (copy / "more_test.go").write_text("package main\n")
    assert find_renderer() == first, "tests are not in it"
    (copy / "more.go").write_text("package main\n")
    other = find_renderer()
    assert other != first
    assert find_program().samefile(other)
    assert len(log.read_text().splitlines()) == 2


def test_where_it_does_not_build_it_is_said_what_to_do(put_go: PutGo) -> None:
    put_go(build="echo no space left >&2; exit 1")
    with pytest.raises(BinariesError, match=rf"(.|\n)*{GIVEN}(.|\n)*no space left"):
        find_renderer()
    assert renderer.absent()


def test_the_pinned_go_builds_it() -> None:
    assert go_order(pinned_version()) >= go_order(go_version(PRODUCT))


def test_it_is_made_for_an_image_by_the_standard_library_alone(put_go: PutGo, tmp_path: Path) -> None:
    put_go()
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from toolchain.renderer import main; sys.exit(main())"
    command = [sys.executable, "-I", "-S", "-c", code, str(tmp_path)]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=True)
    assert done.stdout == f"{tmp_path / renderer.NAME}\n"
    assert os.access(tmp_path / renderer.NAME, os.X_OK)
