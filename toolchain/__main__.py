"""``python -m toolchain [tools [NAME…] | infrahub]``: make sure that programs are here, and say where.

Without an argument the programs of a control plane; with ``tools`` the named real parts of the extended tests, or all;
with ``infrahub`` what a real Infrahub consists of.
"""

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
        folder = _find(*sys.argv[1:])
    except BinariesError as error:
        say(str(error))
        return 1
    sys.stdout.write(f"{folder}\n")
    return 0


def _find(what: str = "", *names: str) -> Path:
    if not what:
        return find()
    if what == "infrahub":
        return find_infrahub().environment
    if what != "tools":
        raise BinariesError(
            f"Nothing is known of {what}: say nothing for a control plane, `tools [NAME…]` or `infrahub`."
        )
    return find_tools(names)


if __name__ == "__main__":
    sys.exit(main())
