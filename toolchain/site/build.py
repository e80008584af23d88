"""Build the documents of a checkout with MkDocs, and look at what came of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

from toolchain.environment import mkdocs
from toolchain.keep import kept
from toolchain.site.checks import fetched_elsewhere
from toolchain.site.versions import list_versions

ROOT: Final = Path(__file__).parents[2]
SITE: Final = ROOT / "build" / "site"


class SiteError(Exception):
    """The site cannot be built; what is wrong was printed, or is the message."""


def build(version: str, folder: Path = SITE, checkout: Path = ROOT) -> Path:
    """Return the folder of the version, built.

    Args:
        version: What it is called, in the menu too.
        folder: Where the versions are.
        checkout: Whose documents they are.

    Raises:
        BinariesError: MkDocs cannot be had.
        SiteError: A warning, or something that the site would fetch from another host.
    """
    python, to = kept(mkdocs()) / "bin" / "python", folder / version
    command = (str(python), "-m", "mkdocs", "build", "--strict", "--site-dir", str(to))
    environment = {
        **os.environ,
        "PYTHONPATH": str(checkout),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NO_MKDOCS_2_WARNING": "1",
    }
    if subprocess.run(command, cwd=checkout, env=environment, check=False).returncode:  # noqa: S603 — made here
        raise SiteError("The site was not built: see above.")
    if elsewhere := list(fetched_elsewhere(to)):
        raise SiteError("\n".join(("The site would fetch from other hosts:", *elsewhere)))
    list_versions(folder)
    return to
