"""``python -m toolchain.renderer [FOLDER]``: build `vidra-render`, and say where it is.

It is built once from its sources and the modules that they pin, and stays in the user's cache, where Vidra finds it.
The same sources give the same program, to the byte. With a folder it is put there as well, as for images. This needs
the standard library alone.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path
from typing import Final

from toolchain import cache
from toolchain.errors import BinariesError
from toolchain.modules import PRODUCT, architecture, place, required
from toolchain.progress import say
from toolchain.run import run

NAME: Final = "vidra-render"
USUALLY: Final = "3 to 5 minutes on two cores, the first time; seconds after a change of its own sources"
_OTHERWISE: Final = "name a vidra-render of this version in VIDRA_RENDERER; plain manifests need none"
_HELM: Final = "helm.sh/helm/v4/internal/version.version"


def find_renderer() -> Path:
    """Return where the program of these sources is; the first time it is built, which takes minutes.

    Raises:
        BinariesError: It does not build here.
    """
    path = cache.home() / PRODUCT / f"{_digest()}-linux-{architecture()}" / NAME
    if not path.exists():
        with cache.locked(path.parent):
            if not path.exists():  # another run may have been faster
                with cache.staged(path) as temporary:
                    _build(temporary)
    _link(path)
    return path


def absent() -> bool:
    """Return whether `find_renderer` would have to build."""
    return not (cache.home() / PRODUCT / f"{_digest()}-linux-{architecture()}" / NAME).exists()


def main() -> int:
    """Print the path as the only line on standard output."""
    try:
        path = find_renderer()
    except BinariesError as error:
        say(str(error))
        return 1
    if sys.argv[1:]:
        path = Path(shutil.copy(path, Path(sys.argv[1]) / NAME))
    sys.stdout.write(f"{path}\n")
    return 0


def _build(to: Path) -> None:
    flags = f"-s -w -buildid= -X {_HELM}={required(PRODUCT, 'helm.sh/helm/v4')}"
    run(
        ("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", str(to), "."),
        module=PRODUCT,
        doing=f"building {NAME}",
        usually=USUALLY,
        failed=f"{NAME} could not be built",
        otherwise=_OTHERWISE,
    )


def _digest() -> str:
    """What the program is made from: its sources without their tests, and the pins."""
    digest = hashlib.sha256()
    for file in sorted(place(PRODUCT).iterdir()):
        if file.is_file() and not file.name.endswith("_test.go"):
            digest.update(f"{file.name} {file.stat().st_size}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _link(to: Path) -> None:
    """Where Vidra looks for it (`vidra.render.program`); what was built last counts."""
    link = cache.home() / PRODUCT / NAME
    if not (link.is_symlink() and link.readlink() == to):
        with cache.staged(link) as temporary:
            temporary.symlink_to(to)


if __name__ == "__main__":
    sys.exit(main())
