"""A watch that never ends: lists a collection, then follows its changes, through any network failure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping
from contextlib import aclosing
from typing import Generic, Protocol, TypeVar

import aiohttp
import msgspec
import structlog

from vidra.common.backoff import Backoff, between
from vidra.kube.answers import METADATA, MOST_OBJECTS, OBJECT
from vidra.kube.client import JSON, Client
from vidra.kube.decode import decode
from vidra.kube.errors import ApiError, KubeError, Status, UnintelligibleError, UnreachableError
from vidra.kube.pages import pages
from vidra.kube.partial_metadata import METADATA_LIST, METADATA_ONLY, ListMeta
from vidra.kube.store import version_number

log = structlog.get_logger("vidra.watch")

SHORTEST, LONGEST = 300, 600
"""Seconds that one request lasts, with jitter, so that many watches do not renew at once."""
SILENCE = 120.0
"""Seconds without a byte after which a connection counts as dead. Bookmarks arrive about once a minute."""
LONGEST_BACKOFF = 30.0
BACKOFF = Backoff(first=0.5, jitter=1)
"""After a cut. Full jitter: an unavailable server cuts all its watches at once."""
LINGERS = 10.0
"""Seconds after a cut for which the last state is still used to report health."""
PATIENT = 3
"""Failures in a row after which nobody waits for the list any more."""
FORBIDDEN_BACKOFF = 300.0
"""Seconds; people grant rights, and a refused watch notices that only by a retry."""
METHOD_NOT_ALLOWED = 405


class _Identified(Protocol):
    @property
    def uid(self) -> str: ...


class Item(Protocol):
    """An object, as far as a watch reads it."""

    @property
    def metadata(self) -> _Identified: ...  # noqa: D102


T = TypeVar("T", bound=Item)


Shown_contra = TypeVar("Shown_contra", bound=Item, contravariant=True)


class EventSink(Protocol[Shown_contra]):
    """Receives the events of a watch."""

    def changed(self, item: Shown_contra) -> None:
        """The object is new or changed."""
        ...

    def removed(self, item: Shown_contra) -> None:
        """The object was deleted, or is no longer selected."""
        ...

    def found(self, item: Shown_contra) -> None:
        """The object is part of the list."""
        ...

    def listed(self, uids: Collection[str], version: int) -> None:
        """The list is complete: objects that are neither in it nor newer were deleted.

        Args:
            version: The version of the list; -1 when it cannot be compared with earlier states. Then the list is
                right and all else is wrong.
        """
        ...


class _Event(msgspec.Struct, frozen=True):
    type: str
    object: msgspec.Raw


class _BookmarkMeta(msgspec.Struct, frozen=True, rename="camel"):
    resource_version: str = ""
    name: str = ""
    annotations: dict[str, str] | None = None


class _Bookmark(msgspec.Struct, frozen=True):
    metadata: _BookmarkMeta


class _Page(msgspec.Struct, frozen=True):
    metadata: ListMeta
    items: tuple[msgspec.Raw, ...] | None = None


class ResourceExpiredError(KubeError):
    """The version to continue from is too old (410): list again."""


class Watch(Generic[T]):
    """Keeps a sink equal to a collection.

    The list arrives as a stream (KEP-3157) where the server supports that, else in pages. A connection that the server
    ends as planned is resumed from the last version. After one that was cut, refused or silent, the collection is
    listed again without a version: the server may have been restored from a backup. Its versions then count from an
    earlier one, and a resumed watch would show nothing until they have caught up.

    Args:
        on_unserved: Called each time that the server does not know the collection (404): its CRD may be deleted.
        on_turn: Called when the list is complete, and when it failed.
    """

    def __init__(
        self,
        client: Client,
        path: str,
        kind: type[T],
        sink: EventSink[T],
        *,
        selector: str = "",
        fields: str = "",
        metadata_only: bool = False,
        on_unserved: Callable[[], None] = lambda: None,
        on_turn: Callable[[], None] = lambda: None,
    ) -> None:
        self._client = client
        self._path = path
        self._kind = kind
        self._sink = sink
        selectors = {"labelSelector": selector, "fieldSelector": fields}
        self._selector = {key: value for key, value in selectors.items() if value}
        self._accept = METADATA_ONLY if metadata_only else JSON
        self._list_accept = METADATA_LIST if metadata_only else JSON
        self._on_unserved = on_unserved
        self._on_turn = on_turn
        self._version = ""
        self._newest = -1
        """The latest version from the server, in its current counting."""
        self._hurry = asyncio.Event()
        self._heard_at = time.monotonic()
        self._cut_at = -LINGERS
        self._streams_lists = True
        self._failures = 0
        """Failures in a row, without any event between them."""
        self.synced = asyncio.Event()
        """Set while the sink has held the whole collection at least once."""
        self.heard = asyncio.Event()
        """Set while the list is complete, or cannot be read; clear while it is about to be read."""
        self.current = False
        """Whether the sink holds the current collection."""
        self.interrupted: KubeError | None = None
        """Why no events arrive at the moment."""

    @property
    def path(self) -> str:
        """What is watched."""
        return self._path

    @property
    def lately(self) -> bool:
        """Whether the sink held the current collection until a moment ago."""
        return self.current or time.monotonic() - self._cut_at < LINGERS

    @property
    def refused(self) -> bool:
        """Whether the server does not allow this watch."""
        error = self.interrupted
        return isinstance(error, ApiError) and (error.forbidden or error.code == METHOD_NOT_ALLOWED)

    @property
    def silent(self) -> float:
        """Seconds since the last event or bookmark."""
        return time.monotonic() - self._heard_at

    def hurry(self) -> None:
        """Retry now, if the watch waits for its next try: the server is available again."""
        if not (self.current or self.refused):
            self._failures = 0
            self.heard.clear()
            self._hurry.set()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            try:
                if not self._version:
                    await self._read_all()
                await self._follow()
                self._failures = 0
                # An unavailable server ends all its watches at once; they need not all reconnect at once.
                await asyncio.sleep(between(0, 1))
            except KubeError as error:
                await self._interrupted(error)

    async def _interrupted(self, error: KubeError) -> None:
        """Wait before the next try, which lists again."""
        self._failures += 1
        self.interrupted = error
        if self.current:
            self._cut_at = time.monotonic()
        self.current, self._version = False, ""
        if isinstance(error, ApiError) and error.not_found:
            self._on_unserved()
        self._on_turn()
        (self.heard.set if isinstance(error, ApiError) or self._failures >= PATIENT else self.heard.clear)()
        # The status of each affected resource reports what is forbidden; one log line is enough.
        say = log.debug if self.refused and self._failures > 1 else log.warning
        say("watch interrupted", path=self._path, error=str(error), failures=self._failures)
        await self._rest(_pause(self._failures, error))

    async def _rest(self, seconds: float) -> None:
        self._hurry.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        except TimeoutError:
            return
        await asyncio.sleep(between(0, 1))  # as above

    async def _read_all(self) -> None:
        if self._streams_lists:
            try:
                await self._stream_list()
            except ApiError as error:
                if error.code not in {400, 422}:
                    raise
                self._streams_lists = False
            else:
                return
        await self._list()

    async def _stream_list(self) -> None:
        """Read the list as a stream, then follow changes on the same connection."""
        query = {
            "sendInitialEvents": "true",
            "resourceVersionMatch": "NotOlderThan",
        }
        uids: set[str] = set()
        complete = False
        async with aclosing(self._events(query)) as events:
            async for event in events:
                if complete:
                    self._take(event)
                elif event.type == "ERROR":
                    raise _failure(event)
                elif event.type == "BOOKMARK":
                    bookmark = _bookmark(event)
                    if (bookmark.annotations or {}).get("k8s.io/initial-events-end") == "true":
                        self._settle(uids, bookmark.resource_version)
                        complete = True
                else:
                    self._find(event.object, uids)
        if not complete:
            raise UnreachableError(f"the stream of {self._path} ended before its list was complete")

    async def _list(self) -> None:
        uids: set[str] = set()
        version = ""
        async for page in pages(self._client, self._path, _Page, accept=self._list_accept, query=self._selector):
            for raw in page.items or ():
                self._find(raw, uids)
            version = page.metadata.resource_version
        self._settle(uids, version)

    def _find(self, raw: msgspec.Raw, uids: set[str]) -> None:
        """Pass one object of the list on at once, so that the whole list is never in memory."""
        for item in self._decode(raw):
            uids.add(item.metadata.uid)
            if len(uids) > MOST_OBJECTS:
                raise UnintelligibleError(f"the list of {self._path} has more than {MOST_OBJECTS:,} objects")
            self._sink.found(item)

    def _settle(self, uids: set[str], version: str) -> None:
        number = version_number(version)
        went_back = 0 <= number < self._newest
        if went_back:
            log.warning("versions went back: a restored backup?", path=self._path, version=number, seen=self._newest)
        self._sink.listed(uids, -1 if went_back else number)
        self._newest = number
        self._version, self.current = version, True
        self._failures = 0
        self.synced.set()
        self._on_turn()
        self.heard.set()

    async def _follow(self) -> None:
        async with aclosing(self._events({"resourceVersion": self._version})) as events:
            async for event in events:
                self._take(event)

    def _take(self, event: _Event) -> None:
        if event.type == "ERROR":
            raise _failure(event)
        self._version = _bookmark(event).resource_version or self._version
        self._newest = max(self._newest, version_number(self._version))
        self._failures = 0
        if event.type == "BOOKMARK":
            return
        for item in self._decode(event.object):
            if event.type == "DELETED":
                self._sink.removed(item)
            else:
                self._sink.changed(item)

    def _decode(self, raw: msgspec.Raw) -> list[T]:
        """The object, or nothing: one that cannot be decoded must not stop the others."""
        try:
            return [decode(raw, self._kind)]
        except UnintelligibleError as error:
            log.error("object cannot be read", path=self._path, name=_name(raw), error=str(error))
            return []

    async def _events(self, query: Mapping[str, str]) -> AsyncGenerator[_Event, None]:
        seconds = round(between(SHORTEST, LONGEST))
        full = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(seconds),
            **self._selector,
            **query,
        }
        try:
            async with self._client.stream(self._path, query=full, accept=self._accept, silence=SILENCE) as content:
                self.interrupted = None
                self._heard_at = time.monotonic()
                most = OBJECT if self._accept == JSON else METADATA
                async for line in lines(content, most):
                    self._heard_at = time.monotonic()
                    yield decode(line, _Event)
        except ApiError as error:
            if error.code == 410:
                raise ResourceExpiredError(str(error)) from None
            raise
        except UnintelligibleError as error:
            raise UnreachableError(f"the watch of {self._path} sent what is not an event: {error}") from None


async def lines(content: aiohttp.StreamReader, most: int = OBJECT) -> AsyncIterator[bytes]:
    """Complete lines; an incomplete one at the end means a cut connection, and is dropped.

    Raises:
        UnintelligibleError: A line is longer than `most` bytes.
    """
    rest = b""
    async for chunk in content.iter_any():
        *lines, rest = (rest + chunk).split(b"\n") if b"\n" in chunk else (rest + chunk,)
        if len(rest) > most:
            raise UnintelligibleError(f"the watch sent more than {most:,} bytes without the end of a line")
        for line in lines:
            if line:
                yield line


def _failure(event: _Event) -> KubeError:
    try:
        status = decode(event.object, Status)
    except UnintelligibleError:
        return UnreachableError("the watch ended with an error that cannot be read")
    return ResourceExpiredError(status.message) if status.code == 410 else ApiError(status.code, status)


def _bookmark(event: _Event) -> _BookmarkMeta:
    try:
        return decode(event.object, _Bookmark).metadata
    except UnintelligibleError:
        raise UnreachableError(f"the watch sent an event ({event.type}) without readable metadata") from None


def _name(raw: msgspec.Raw) -> str:
    try:
        return decode(raw, _Bookmark).metadata.name
    except UnintelligibleError:
        return "?"


def _pause(failures: int, error: KubeError) -> float:
    """Seconds until the next try, full jitter; at least the server's Retry-After, within limits."""
    asked = min(error.retry_after, LONGEST_BACKOFF) if isinstance(error, ApiError) else 0
    longest = FORBIDDEN_BACKOFF if isinstance(error, ApiError) and error.forbidden else LONGEST_BACKOFF
    return asked + BACKOFF.after(failures, longest)
