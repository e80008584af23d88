"""``python -m toolchain.site [VERSION]``: build the documents as a site into ``build/site/VERSION``.

A warning of MkDocs is an error: a link or an anchor that leads nowhere, a page that the navigation does not have. The
build itself needs no network; what it builds with is got once. Other versions in the folder stay, the menu has them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from toolchain.environment import mkdocs
from toolchain.errors import BinariesError
from toolchain.keep import kept
from toolchain.progress import say
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


def main() -> int:
    """Print the folder; the exit code."""
    try:
        folder = build(*(sys.argv[1:] or ["dev"]))
    except (BinariesError, SiteError) as error:
        say(str(error))
        return 1
    sys.stdout.write(f"{folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
