"""The page's server: which requests are answered, by whom, and with whose rights.

Every request passes `guard.py` first, then `identity.py`. No route leads to an API server for anything but the reads of
`reads.py` and the actions of `actions.py`: there is no proxy, no Secret by name, no kubeconfig.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import TypeVar, get_args

import msgspec
from aiohttp import web

from vidra import __version__
from vidra.api.sources import REVISION_WORDS
from vidra.ui import reads
from vidra.ui.actions import Action, Request, act
from vidra.ui.errors import RefusedError, answer, failed
from vidra.ui.guard import LONGEST_BODY, refusal
from vidra.ui.headers import add_headers
from vidra.ui.identity import Identify
from vidra.ui.page import Page
from vidra.ui.rows import TABLES, Wanted
from vidra.ui.stream import stream
from vidra.ui.viewer import Viewer, Viewers
from vidra.views.drifting import Drifting, drifting
from vidra.views.name_forms import SHORT_KINDS, kind_of
from vidra.views.timeline import Timeline, timeline

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MOST_STREAMS = 500
"""Streams at a time; one page has one."""
STREAMS_EACH = 50
"""Of one identity."""
SWEEP = 15.0
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
HEALTH = "/healthz"


class Login(msgspec.Struct, frozen=True):
    """What a page sends to be logged in."""

    code: str


class Server:
    """The routes.

    Args:
        origins: Where the page is reached, each as scheme://host[:port]; read for every request, because a port may
            be known only when it is bound.
        namespaces: Those whose Secrets count, Vidra's own first.
        read_only: Whether there are no routes that write.
    """

    def __init__(
        self,
        identify: Identify,
        page: Page,
        origins: Callable[[], list[str]],
        namespaces: tuple[str, ...],
        *,
        read_only: bool,
        base: str = "",
    ) -> None:
        self._identify = identify
        self._page = page
        self._origins = origins
        self._namespaces = namespaces
        self._read_only = read_only
        self._base = base.rstrip("/")
        self._viewers = Viewers()
        self._streams: set[asyncio.Task[None] | None] = set()
        self._only_here = identify.mode != "local"

    def application(self) -> web.Application:
        """The application, which is served once."""
        app = web.Application(middlewares=[self._guarded], client_max_size=LONGEST_BODY)
        app.on_response_prepare.append(add_headers)
        app.cleanup_ctx.append(self._while_serving)
        app.on_shutdown.append(self._end_streams)
        add, base = app.router, self._base
        add.add_get(HEALTH, self._health)
        add.add_get(f"{base}/api/about", self._about)
        if self._identify.codes is not None:
            add.add_post(f"{base}/api/login", self._login)
        add.add_get(f"{base}/api/stream", self._stream)
        add.add_get(f"{base}/api/me", self._me)
        add.add_get(f"{base}/api/detail/{{kind}}/{{name}}", self._detail)
        add.add_get(f"{base}/api/events", self._events)
        add.add_get(f"{base}/api/held/{{kind}}/{{name}}", self._held)
        add.add_get(f"{base}/api/timeline/{{kind}}/{{name}}", self._timeline)
        add.add_get(f"{base}/api/drift/{{kind}}/{{name}}", self._drift)
        add.add_get(f"{base}/api/live/{{name}}", self._live)
        add.add_get(f"{base}/api/object", self._object)
        add.add_get(f"{base}/api/trace", self._trace)
        add.add_post(f"{base}/api/diff", self._diff)
        if not self._read_only:
            add.add_post(f"{base}/api/act/{{action:{'|'.join(get_args(Action))}}}", self._act)
        add.add_get(f"{base}/{{path:.*}}", self._file)
        return app

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what must not be answered, and turn every failure into a sentence."""
        if request.path != HEALTH:
            refused = refusal(request.method, request.host, request.headers, request.query, self._origins())
            if refused:
                return answer({"error": refused[1]}, refused[0])
        try:
            return await handler(request)
        except web.HTTPException as error:
            return answer({"error": error.reason}, error.status)
        except ConnectionError:
            raise
        except Exception as error:  # noqa: BLE001 - a fault is logged there, and ends only its own request
            return failed(error)

    async def _while_serving(self, _app: web.Application) -> AsyncIterator[None]:
        async def sweep() -> None:
            while True:
                await asyncio.sleep(SWEEP)
                await self._viewers.sweep()

        sweeping = asyncio.create_task(sweep())
        yield
        sweeping.cancel()
        with suppress(asyncio.CancelledError):
            await sweeping
        await self._viewers.close()

    async def _end_streams(self, _app: web.Application) -> None:
        for task in list(self._streams):
            if task is not None:
                task.cancel()

    async def _health(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def _about(self, _request: web.Request) -> web.Response:
        """What the page has to know before anybody is logged in: nothing of any cluster."""
        return answer({"mode": self._identify.mode, "readOnly": self._read_only, "version": __version__})

    async def _login(self, request: web.Request) -> web.Response:
        codes = self._identify.codes
        assert codes is not None, "there is no route otherwise"
        session = codes.session((await _body(request, Login)).code)
        if session is None:
            raise RefusedError(
                401, "this address was used already, or is too old: press Enter where vidra ui runs for another one"
            )
        return answer({"session": session})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        identity = self._identify.of(request)
        wanted = _wanted(request)
        task = asyncio.current_task()
        if len(self._streams) >= MOST_STREAMS:
            raise RefusedError(503, f"{MOST_STREAMS} pages are open already: close some")
        self._streams.add(task)
        try:
            async with self._viewers.viewing(identity) as viewer:
                if viewer.pages > STREAMS_EACH:
                    raise RefusedError(503, f"you have {STREAMS_EACH} pages open already: close some")
                try:
                    return await stream(request, identity, viewer, wanted, ask_again=self._only_here)
                finally:
                    if viewer.over:
                        await self._viewers.forget(identity, viewer)
        finally:
            self._streams.discard(task)

    async def _me(self, request: web.Request) -> web.Response:
        return await self._read(
            request, lambda viewer: reads.me(viewer.client, mode=self._identify.mode, read_only=self._read_only)
        )

    async def _detail(self, request: web.Request) -> web.Response:
        kind, name = _kind(request), _name(request)
        return await self._read(request, lambda viewer: reads.detail(viewer.client, kind, name))

    async def _events(self, request: web.Request) -> web.Response:
        name = request.query.get("about", "")
        return await self._read(request, lambda viewer: reads.event_rows(viewer.client, name))

    async def _held(self, request: web.Request) -> web.Response:
        name = f"{SHORT_KINDS[_kind(request)]}/{_name(request)}"
        return await self._read(request, lambda viewer: reads.held(viewer.client, name, self._namespaces))

    async def _timeline(self, request: web.Request) -> web.Response:
        kind, name = _kind(request), _name(request)

        async def read(viewer: Viewer) -> Timeline:
            return timeline(await reads.made_by(viewer, kind, name))

        return await self._read(request, read)

    async def _drift(self, request: web.Request) -> web.Response:
        kind, name = _kind(request), _name(request)

        async def read(viewer: Viewer) -> list[Drifting]:
            return drifting(await reads.made_by(viewer, kind, name))

        return await self._read(request, read)

    async def _live(self, request: web.Request) -> web.Response:
        name = _name(request)
        return await self._read(
            request,
            lambda viewer: reads.live_tree(viewer.client, name, self._namespaces, only_here=self._only_here),
        )

    async def _object(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        return await self._read(
            request,
            lambda viewer: reads.one_object(viewer.client, query, self._namespaces, only_here=self._only_here),
        )

    async def _trace(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        return await self._read(
            request,
            lambda viewer: reads.trace_of(viewer.client, query, self._namespaces, only_here=self._only_here),
        )

    async def _diff(self, request: web.Request) -> web.Response:
        name, elsewhere = _compared(await _body(request, dict[str, str]))

        async def run(viewer: Viewer) -> reads.Preview:
            if viewer.diff_running.locked():
                raise RefusedError(429, "another comparison of yours is running: wait for it")
            async with viewer.diff_running:
                return await reads.preview(viewer.client, name, elsewhere, self._namespaces)

        return await self._read(request, run)

    async def _act(self, request: web.Request) -> web.Response:
        wanted = await _body(request, Request)
        _checked(wanted.name.rpartition("/")[2])
        action: Action = request.match_info["action"]  # type: ignore[assignment]

        async def run(viewer: Viewer) -> dict[str, str]:
            return {"done": await act(viewer.client, action, wanted, virtual=self._only_here)}

        return await self._read(request, run)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return self._page.answer(request.match_info["path"])

    async def _read(self, request: web.Request, work: Callable[[Viewer], Awaitable[T]]) -> web.Response:
        async with self._viewers.viewing(self._identify.of(request)) as viewer:
            return answer(await work(viewer))


def _wanted(request: web.Request) -> Wanted:
    tables = tuple(dict.fromkeys(request.query.get("tables", "").split(",")))
    if not TABLES.keys() >= set(tables):
        raise RefusedError(400, f"tables: write some of {', '.join(TABLES)}")
    return Wanted(tables, request.query.get("sync", ""), request.query.get("resource", ""))


def _name(request: web.Request) -> str:
    return _checked(request.match_info["name"])


def _kind(request: web.Request) -> str:
    """The kind that an address names, by any word that a command line knows.

    Raises:
        RefusedError: There is none.
    """
    if not (kind := kind_of(request.match_info["kind"])):
        raise RefusedError(404, f"there is no such kind: write one of {', '.join(SHORT_KINDS.values())}")
    return kind


def _compared(body: dict[str, str]) -> tuple[str, dict[str, str]]:
    """What is to be compared, and with which revision of its source. No text: that comes from the source.

    Raises:
        RefusedError: Something else is in it.
    """
    name = body.pop("name", "")
    if not body.keys() <= REVISION_WORDS:
        raise RefusedError(400, f"a comparison takes a name, and of {', '.join(sorted(REVISION_WORDS))} what it needs")
    _checked(name.rpartition("/")[2])
    return name, {word: value for word, value in body.items() if value}


def _checked(name: str) -> str:
    """A name that can be one of a sync or VidraResource; it becomes a part of an address.

    Raises:
        RefusedError: It cannot.
    """
    if not _NAME.fullmatch(name):
        raise RefusedError(404, "nothing can have such a name")
    return name


async def _body(request: web.Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.MsgspecError:
        raise RefusedError(400, "the body is not what the page sends") from None
