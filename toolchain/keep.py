"""Keep what was made in the user's cache, under a key that changes with everything that it is made from."""

import hashlib
from pathlib import Path
from typing import Final, Protocol

import msgspec

from toolchain import cache
from toolchain.fetch import fetched
from toolchain.modules import architecture, place
from toolchain.releases import tool_release

_FOR_PEOPLE: Final = {"usually", "otherwise"}


class Part(Protocol):
    """A file or folder that can be made; a `msgspec.Struct` that holds nothing but how."""

    @property
    def name(self) -> str:
        """What the file or folder is called."""

    @property
    def version(self) -> str:
        """Its version, with the leading ``v``."""

    @property
    def module(self) -> str:
        """The pinned module that it is made from; empty if it is made from none."""

    def make(self, to: Path) -> None:
        """Make it at the path."""


def kept(part: Part) -> Path:
    """Return where the part lies; the first time it is got, by one process.

    Raises:
        BinariesError: It cannot be had.
    """
    path = cache.home() / "tools" / key(part) / part.name
    if not path.exists():
        with cache.locked(path.parent):
            if not path.exists():  # another run may have been faster
                with cache.staged(path) as temporary:
                    _get(part, temporary)
    return path


def key(part: Part) -> str:
    """Return the name of the part's folder in the cache: no two that differ in anything share one."""
    made_from = {field: value for field, value in msgspec.to_builtins(part).items() if field not in _FOR_PEOPLE}
    digest = hashlib.sha256(msgspec.json.encode(made_from, order="deterministic"))
    for file in sorted(place(part.module).iterdir()) if part.module else ():
        digest.update(file.read_bytes())
    return f"{part.name}-{part.version}-{digest.hexdigest()[:8]}-linux-{architecture()}"


def _get(part: Part, to: Path) -> None:
    release = tool_release(part.name, part.version, architecture())
    if release is None or not fetched(release, to):
        part.make(to)
