"""Find the programs of a control plane: given, kept from last time, downloaded, or built."""

import os
from pathlib import Path

from toolchain import cache
from toolchain.controlplane import program
from toolchain.fetch import fetched
from toolchain.progress import say
from toolchain.releases import release
from toolchain.versions import PROGRAMS, Versions, wanted

GIVEN = "KUBEBUILDER_ASSETS"


def find() -> Path:
    """Return the folder that holds all of `PROGRAMS`; fill the user's cache when they are nowhere yet.

    Raises:
        BinariesError: They can be had from nowhere.
    """
    given = os.environ.get(GIVEN)
    if given and _holds_all(Path(given)):
        return Path(given)
    versions = wanted()
    folder = _kept(versions)
    if missing(folder):
        with cache.locked(folder):
            _fetch(versions, folder)
    return folder


def absent() -> list[str]:
    """Return the programs that `find` would have to get."""
    given = os.environ.get(GIVEN)
    return [] if given and not missing(Path(given)) else missing(_kept(wanted()))


def _kept(versions: Versions) -> Path:
    return cache.home() / "controlplane" / versions.folder


def missing(folder: Path) -> list[str]:
    """Return the programs that the folder lacks."""
    return [program for program in PROGRAMS if not os.access(folder / program, os.X_OK)]


def _holds_all(given: Path) -> bool:
    lacks = missing(given)
    if lacks:
        say(f"{GIVEN} is left aside: {given} lacks {', '.join(lacks)}.")
    return not lacks


def _fetch(versions: Versions, folder: Path) -> None:
    downloadable = True
    for name in missing(folder):  # asked under the lock: another run may have been faster
        with cache.staged(folder / name) as temporary:
            downloadable = downloadable and fetched(release(name, versions), temporary)
            if not downloadable:
                program(name, versions).make(temporary)
