"""A cache where nothing is yet, and a stand-in for Go."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain import releases

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def cache_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Vidra's folder in a cache: not there yet, nothing is given, and nothing can be downloaded."""
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.delenv("VIDRA_TOOLS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for page in ("_KUBERNETES", "_ETCD", "_HELM"):
        monkeypatch.setattr(releases, page, NOWHERE)
    return tmp_path / "cache" / "vidra"


@pytest.fixture
def put_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Put a stand-in for Go first on the path: it writes down each build and makes an empty program."""
    log = tmp_path / "builds.log"

    def put(*, version: str = "go1.99.0", build: str = "") -> Path:
        go = tmp_path / "bin" / "go"
        go.parent.mkdir(exist_ok=True)
        script = build or f'echo "$@" >> {log}\nwhile [ "$1" != -o ]; do shift; done\n: > "$2"'
        go.write_text(f'#!/bin/sh\n[ "$1" = env ] && echo {version} && exit\n{script}\n')
        go.chmod(0o755)
        monkeypatch.setenv("PATH", f"{go.parent}:{os.environ['PATH']}")
        return log

    return put
