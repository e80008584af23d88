"""The image's root file system, made without Docker; Debian's part is kept in the user's cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from toolchain import cache
from toolchain.errors import BinariesError
from toolchain.modules import architecture
from toolchain.progress import say

ROOT: Final = Path(__file__).parents[1]


def make_rootfs(to: Path, repository: Path = ROOT) -> None:
    """Make it in a folder, from a checkout.

    Raises:
        BinariesError: It cannot be made here, and what to do.
    """
    if os.geteuid() != 0 or shutil.which("mmdebstrap") is None:
        raise BinariesError("The image is made by root and with mmdebstrap (Debian, Ubuntu: apt install mmdebstrap).")
    images = repository / "images"
    digest = hashlib.sha256(b"".join((images / name).read_bytes() for name in ("rootfs", "packages.txt")))
    base = cache.home() / "images" / f"debian-{digest.hexdigest()[:8]}-linux-{architecture()}.tar"
    with cache.locked(base.parent):
        if not base.exists():
            say("Making Debian's part of the image, once: about three minutes.")
        command = (images / "rootfs", to, base)
        made = subprocess.run(command, env={**os.environ, "PYTHON": sys.executable}, capture_output=True, check=False)  # noqa: S603
    if made.returncode:
        raise BinariesError(f"images/rootfs failed: {made.stderr.decode().strip()}")
