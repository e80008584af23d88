"""``python -m vidra.testing.binaries``: make sure that the programs of a control plane are here, and say where."""

import sys

from vidra.testing.binaries.errors import BinariesError
from vidra.testing.binaries.find import find
from vidra.testing.binaries.progress import say


def main() -> int:
    """Print the folder as the only line on standard output; everything else goes to standard error."""
    try:
        folder = find()
    except BinariesError as error:
        say(str(error))
        return 1
    sys.stdout.write(f"{folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
