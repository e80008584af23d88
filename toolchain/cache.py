"""The user's cache, where the programs stay from run to run."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from toolchain.progress import say


def home() -> Path:
    """Return Vidra's folder in the user's cache."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "vidra"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make the folder, and let one process at a time fill it; the lock ends with the process, however that ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another run is filling {folder}: waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def staged(final: Path) -> Iterator[Path]:
    """Give a name to write to: what stands there in the end becomes the final file, folder or link in one step.

    After an error it is thrown away.
    """
    with tempfile.TemporaryDirectory(prefix=f".{final.name}.", dir=final.parent) as folder:
        temporary = Path(folder) / final.name
        yield temporary
        if temporary.is_file() and not temporary.is_symlink():
            temporary.chmod(0o755)
        temporary.replace(final)
