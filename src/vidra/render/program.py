"""Where `vidra-render` is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from vidra.render.errors import RendererMissingError

NAME = "vidra-render"
GIVEN = "VIDRA_RENDERER"
"""Names the program; what it names is taken, or it is an error."""


def find_program(given: str | None = None) -> Path:
    """The program: the given one, or that in `VIDRA_RENDERER`, or beside Vidra, or as `make renderer` leaves it.

    Raises:
        RendererMissingError: There is none.
    """
    named = given or os.environ.get(GIVEN)
    if named:
        if _runs(Path(named)):
            return Path(named)
        raise RendererMissingError(f"{named} cannot be run: name the program {NAME} itself, with the right to run it")
    for path in _places():
        if _runs(path):
            return path
    raise RendererMissingError(
        f"charts and overlays need the program {NAME}, and it is not here: it is in Vidra's image; beside a checkout "
        f"`make renderer` builds it; else name it in {GIVEN}. Plain manifests need none"
    )


def _places() -> Iterator[Path]:
    package = Path(__file__).parents[1]
    yield package.parents[1] / "bin" / NAME  # the image: /opt/vidra/lib/vidra and /opt/vidra/bin
    yield Path(sys.prefix) / "bin" / NAME
    try:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return  # nobody's user has no home
    yield cache / "vidra" / "renderer" / NAME


def _runs(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
