"""A plain web server that hands out a folder, as a chart repository does."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web

from testkit.parts.running import Running


class Files(Running):
    """From `async with` to its end, what is in the folder can be had over HTTP.

    Attributes:
        url: Where the folder is.
    """

    url: str

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    async def _start(self, stack: AsyncExitStack) -> None:
        app = web.Application()
        app.router.add_get("/{path:.*/|}", self._index)
        app.router.add_static("/", self._folder)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def _index(self, request: web.Request) -> web.FileResponse:
        """What a web server gives for a folder."""
        page = (self._folder / request.match_info["path"] / "index.html").resolve()
        if not (page.is_relative_to(self._folder.resolve()) and page.is_file()):
            raise web.HTTPNotFound
        return web.FileResponse(page)
