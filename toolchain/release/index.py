"""Package indexes that any web server can hand out: of Python (PEP 503), and of Helm."""

from __future__ import annotations

import html
import shutil
from pathlib import Path

from toolchain.release.commands import run
from toolchain.release.provenance import sha256
from toolchain.tools import find_tool


def write_python_index(folder: Path, packages: list[Path]) -> None:
    """Write an index with these files to ``simple/`` of the folder; pip checks what it gets by their checksums."""
    here = folder / "simple" / "vidra"
    here.mkdir(parents=True)
    for file in packages:
        shutil.copy(file, here)
    links = "".join(
        f'<a href="{html.escape(file.name)}#sha256={sha256(file)}">{html.escape(file.name)}</a>\n' for file in packages
    )
    (here / "index.html").write_text(f"<!doctype html>\n<title>vidra</title>\n{links}")
    (here.parent / "index.html").write_text('<!doctype html>\n<title>Packages</title>\n<a href="vidra/">vidra</a>\n')


def write_chart_index(folder: Path, chart: Path, url: str) -> None:
    """Write a repository with this chart to ``charts/`` of the folder.

    Args:
        folder: What is there of other versions stays in it.
        chart: The packed chart.
        url: Where the repository will be; empty: beside its index.
    """
    here = folder / "charts"
    here.mkdir(exist_ok=True)
    shutil.copy(chart, here)
    before = ("--merge", str(here / "index.yaml")) if (here / "index.yaml").exists() else ()
    at = ("--url", url) if url else ()
    run(str(find_tool("helm")), "repo", "index", str(here), *before, *at)
