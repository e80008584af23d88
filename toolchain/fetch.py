"""Get a program as it was released, or say why not."""

from pathlib import Path

from toolchain.download import download
from toolchain.errors import UnreachableError
from toolchain.progress import say
from toolchain.releases import Release


def fetched(release: Release, to: Path) -> bool:
    """Return whether the released program is at the path now.

    Raises:
        ChecksumMismatchError: The file is not the one that was released.
    """
    try:
        download(release, to)
    except UnreachableError as error:
        say(f"{error} Building from the pinned Go modules instead: some minutes, once.")
        return False
    return True
