"""``python -m toolchain.site [VERSION]``: build the documents as a site into ``build/site/VERSION``.

A warning of MkDocs is an error: a link or an anchor that leads nowhere, a page that the navigation does not have. The
build itself needs no network; what it builds with is got once. Other versions in the folder stay, the menu has them.
"""

from __future__ import annotations

import sys

from toolchain.errors import BinariesError
from toolchain.progress import say
from toolchain.site.build import SiteError, build


def main() -> int:
    """Print the folder; the exit code."""
    try:
        folder = build(sys.argv[1] if len(sys.argv) > 1 else "dev")
    except (BinariesError, SiteError) as error:
        say(str(error))
        return 1
    sys.stdout.write(f"{folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
