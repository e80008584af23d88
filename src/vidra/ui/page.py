"""The files of the page, as they were built; every address that is not one of them is the page itself.

The page knows no path of its own: it is found below any, also behind a proxy that takes a prefix away.
"""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from vidra.ui.headers import CACHE

BUILT = Path(__file__).parent / "page"
"""Where `make page`, or the build of the wheel, puts them."""
NOT_BUILT = (
    "the page is not built: run make page in the repository (it needs Node.js, or a network to get it), "
    "or install a released wheel"
)


class PageError(Exception):
    """The page cannot be shown; the message says what to do."""


class Page:
    """The built files.

    Raises:
        PageError: They are not there.
    """

    def __init__(self, folder: Path = BUILT) -> None:
        index = folder / "index.html"
        if not index.is_file():
            raise PageError(NOT_BUILT)
        self._index = index.read_text()
        self._files = {
            file.relative_to(folder).as_posix(): file
            for file in folder.rglob("*")
            if file.suffix in {".js", ".css", ".svg"}
        }

    def answer(self, path: str) -> web.StreamResponse:
        """The file of a path, else the page.

        Args:
            path: Below the page's own, without a slash in front.
        """
        if file := self._files.get(path):
            return web.FileResponse(file, headers={CACHE: "public, max-age=31536000, immutable"})
        if path.startswith(("assets/", "api/")):
            raise web.HTTPNotFound(text="404: Not Found")
        up = "../" * path.count("/")
        text = self._index.replace('"./', f'"{up}' if up else '"./')
        return web.Response(text=text, content_type="text/html", headers={CACHE: "no-cache"})
