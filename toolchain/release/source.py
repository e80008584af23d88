"""The checkout that a release is made from: a clone of what is committed, with the number of the version in it.

Nothing is written to the checkout of who makes the release. What is not committed is in no release.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from toolchain.page import BUILT
from toolchain.release.changelog import cut
from toolchain.release.commands import run
from toolchain.release.errors import ReleaseError
from toolchain.release.stamp import stamp, stamp_image
from toolchain.release.version import Version


class Source(msgspec.Struct, frozen=True):
    """A stamped clone.

    Attributes:
        root: Its folder.
        commit: The commit of the version.
        seconds: When that was made, since 1970.
        created: The same as ``2026-01-31T12:00:00Z``.
    """

    root: Path
    commit: str
    seconds: int
    created: str


def prepared(checkout: Path, to: Path, version: Version, image: str) -> Source:
    """Return a clone that is the version: changelog cut, numbers written, committed and tagged.

    Args:
        checkout: Whose last commit is released.
        to: The clone.
        version: The version.
        image: Where the image will be, which the chart then knows; empty: the chart does not say.

    Raises:
        ReleaseError: There is nothing to release, or the version is there already.
    """
    if f"v{version.python}" in run("git", "tag", "--list", at=checkout).split():
        raise ReleaseError(f"The tag v{version.python} is there already: choose the next number.")
    run("git", "clone", "--quiet", "--no-hardlinks", str(checkout), str(to))
    date = run("git", "log", "-1", "--format=%cs", at=to).strip()
    log = to / "CHANGELOG.md"
    log.write_text(cut(log.read_text(encoding="utf-8"), version.python, date), encoding="utf-8")
    stamp(to, version)
    if image:
        stamp_image(to, image)
    _commit(checkout, to, version)
    _take_page(to)
    commit, seconds, created = run(
        "git", "log", "-1", "--format=%H %ct %cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ", at=to, TZ="UTC"
    ).split()
    return Source(to, commit, int(seconds), created)


def _commit(checkout: Path, to: Path, version: Version) -> None:
    """In the name of who makes the release."""
    for key in ("user.name", "user.email"):
        run("git", "config", key, run("git", "config", key, at=checkout).strip(), at=to)
    run("git", "commit", "--quiet", "--all", "--message", f"Release {version.python}", at=to)
    run("git", "tag", "--annotate", f"v{version.python}", "--message", f"Vidra {version.python}", at=to)


def _take_page(to: Path) -> None:
    """A page that is built already spares building it; it is built again if it is of other sources."""
    if BUILT.is_dir():
        shutil.copytree(BUILT, to / "src/vidra/ui/page")
