"""The real parts that the extended tests use: what each is made from, and where it is."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from toolchain import cache
from toolchain.catalogue import parts
from toolchain.errors import BinariesError
from toolchain.keep import kept, key
from toolchain.modules import architecture

GIVEN: Final = "VIDRA_TOOLS"
"""Names a folder of the user's own; what is in it, under the names used here, is taken as it is."""


def find_tool(name: str) -> Path:
    """Return where a program or a folder of files is; the first time it is made, which can take minutes.

    Raises:
        BinariesError: There is none of that name, or it cannot be made here.
    """
    tools = {part.name: part for part in parts()}
    if name not in tools:
        raise BinariesError(f"There is no tool {name}: name some of {', '.join(tools)}.")
    given = os.environ.get(GIVEN)
    if given and (Path(given) / name).exists():
        return Path(given) / name
    return kept(tools[name])


def find_tools(names: Iterable[str] = ()) -> Path:
    """Return one folder that holds the named tools, or all; it may hold others as well.

    Raises:
        BinariesError: One of them cannot be had; what came before it is kept.
    """
    found = {name: find_tool(name) for name in names or (part.name for part in parts())}
    everything = hashlib.sha256(" ".join(key(part) for part in parts()).encode()).hexdigest()[:8]
    folder = cache.home() / "tools" / f"all-{everything}-linux-{architecture()}"
    with cache.locked(folder):
        for name, path in found.items():
            _link(folder / name, path)
    return folder


def _link(link: Path, to: Path) -> None:
    if not link.is_symlink() or link.readlink() != to:
        with cache.staged(link) as temporary:
            temporary.symlink_to(to)
