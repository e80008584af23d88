"""The audit log of the API server: who asked for what, as tests look at it."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from testkit.eventually import eventually


class AuditEntry(msgspec.Struct, frozen=True):
    """One answered request; a watch counts when it opens. Empty strings where a request has no such part."""

    verb: str
    resource: str
    subresource: str
    namespace: str
    name: str
    api_group: str
    user: str
    acting_as: str
    user_agent: str
    code: int
    uri: str


class _User(msgspec.Struct):
    username: str = ""


class _Object(msgspec.Struct, rename="camel"):
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    api_group: str = ""


class _Response(msgspec.Struct):
    code: int = 0


class _Event(msgspec.Struct, rename="camel"):
    stage: str
    verb: str
    user: _User
    audit_id: str = msgspec.field(name="auditID")
    request_uri: str = msgspec.field(name="requestURI")
    impersonated_user: _User = msgspec.field(default_factory=_User)
    user_agent: str = ""
    object_ref: _Object = msgspec.field(default_factory=_Object)
    response_status: _Response = msgspec.field(default_factory=_Response)


_DECODER: Final = msgspec.json.Decoder(_Event)
_LONGEST_LINE: Final = 1 << 20


class AuditLog:
    """Reads what the API server wrote, from any moment on.

    The API server writes a line when it takes a request, before it does anything, and another when it has answered.
    What a watch shows may be seen between the two, and so may an answer. So `since` waits until all that was taken is
    answered, and does not return what was taken before its mark.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._under_way: dict[int, set[str]] = {}
        """By mark: the requests that were taken before it, and answered after it."""

    def mark(self) -> int:
        """Remember this moment, for `since`."""
        size = self._path.stat().st_size if self._path.exists() else 0
        start = max(0, size - _LONGEST_LINE)
        lines = self._whole_lines(start)
        mark = start + len(lines)
        events = [_DECODER.decode(line) for line in lines[lines.find(b"\n") + 1 if start else 0 :].splitlines()]
        self._under_way[mark] = _taken(events) - _answered(events)
        return mark

    async def since(self, mark: int = 0) -> list[AuditEntry]:
        """Return the requests made and answered since the mark, oldest first; without a mark, all.

        What the API server took before this call is in it, however late its answer is written.

        Raises:
            TimeoutError: A request that was taken since the mark is never answered.
        """
        taken = _taken(self._events(mark))
        if taken:
            await eventually(lambda: taken <= _answered(self._events(mark)))
        return self.so_far(mark)

    def so_far(self, mark: int = 0) -> list[AuditEntry]:
        """Return what `since` returns without waiting: for what is asked again and again, or has requests that hang."""
        earlier = self._under_way.get(mark, set())
        answers = (event for event in self._events(mark) if _is_answer(event) and event.audit_id not in earlier)
        return [_entry(event) for event in answers if not _is_end_of_watch(event)]

    async def until(self, mark: int, check: Callable[[list[AuditEntry]], bool]) -> list[AuditEntry]:
        """Return the requests made and answered since the mark, as soon as they are as wanted.

        Raises:
            TimeoutError: They never are.
        """
        await eventually(lambda: check(self.so_far(mark)))
        return self.so_far(mark)

    def _events(self, mark: int) -> list[_Event]:
        return [_DECODER.decode(line) for line in self._whole_lines(mark).splitlines()]

    def _whole_lines(self, start: int) -> bytes:
        if not self._path.exists():
            return b""
        with self._path.open("rb") as log:
            log.seek(start)
            read = log.read()
        return read[: read.rfind(b"\n") + 1]  # what follows the last line end is still being written


def _is_answer(event: _Event) -> bool:
    return event.stage != "RequestReceived"


def _taken(events: list[_Event]) -> set[str]:
    return {event.audit_id for event in events if not _is_answer(event)}


def _answered(events: list[_Event]) -> set[str]:
    return {event.audit_id for event in events if _is_answer(event)}


def _is_end_of_watch(event: _Event) -> bool:
    return event.verb == "watch" and event.stage == "ResponseComplete" and event.response_status.code == 200


def _entry(event: _Event) -> AuditEntry:
    ref = event.object_ref
    return AuditEntry(
        verb=event.verb,
        resource=ref.resource,
        subresource=ref.subresource,
        namespace=ref.namespace,
        name=ref.name,
        api_group=ref.api_group,
        user=event.user.username,
        acting_as=event.impersonated_user.username,
        user_agent=event.user_agent,
        code=event.response_status.code,
        uri=event.request_uri,
    )
