"""``python -m toolchain [controlplane | tools [NAME…] | infrahub]``: make sure that programs are here, and say where.

Without an argument: the programs of a control plane; with ``tools`` the named real parts of the extended tests, or all;
with ``infrahub`` what a real Infrahub consists of.
"""

import argparse
import sys
from pathlib import Path

from toolchain.errors import BinariesError
from toolchain.find import find
from toolchain.infrahub import find_infrahub
from toolchain.progress import say
from toolchain.tools import find_tools


def main() -> int:
    """Print the folder as the only line on standard output; everything else goes to standard error."""
    try:
        folder = _find(**vars(_arguments()))
    except BinariesError as error:
        say(str(error))
        return 1
    sys.stdout.write(f"{folder}\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m toolchain", description="Makes sure that programs are here, and prints their folder."
    )
    parser.add_argument(
        "what",
        nargs="?",
        choices=("controlplane", "tools", "infrahub"),
        default="controlplane",
        help="the programs of a control plane (default), real parts of the extended tests, or a real Infrahub",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="some of the tools; missing: all")
    return parser.parse_args()


def _find(what: str, names: list[str]) -> Path:
    if what == "infrahub":
        return find_infrahub().environment
    return find_tools(names) if what == "tools" else find()


if __name__ == "__main__":
    sys.exit(main())
