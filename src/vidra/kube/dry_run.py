"""A client whose writes are dry runs: the server answers with defaults and refusals, and stores nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import msgspec

from vidra.kube.client import JSON, Client, Headers, encode
from vidra.kube.connection import Connection
from vidra.kube.decode import decode
from vidra.kube.errors import ApiError

Json = dict[str, Any]

NAMESPACES = "/api/v1/namespaces/"


class Rehearsed(msgspec.Struct):
    """One object before and after; None where it does not exist."""

    before: Json | None
    after: Json | None


class DryRun(Client):
    """Sends every write with dryRun=All (https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run).

    Later writes see earlier ones as far as a dry run can show: in a namespace that an earlier one creates, and in place
    of an object that an earlier one deletes, an object is taken as it was sent.

    Args:
        person: Impersonation headers of whom everything is asked as; acting as nobody means as this person.
    """

    rehearses = True

    def __init__(self, connection: Connection, person: Headers = ()) -> None:
        super().__init__(connection)
        self._person = self._acting_as = person
        self.writes: dict[str, Rehearsed] = {}
        """By path."""

    def acting_as(self, headers: Headers) -> Self:
        """The same, as somebody else; as the person when that is nobody."""
        return super().acting_as(headers or self._person)

    async def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = JSON,
        accept: str = JSON,
        repeatable: bool = True,
    ) -> bytes:
        """Send one request; any but GET is a dry run, answered with the whole object, and remembered.

        Raises:
            UnreachableError: No answer.
            ApiError: Any answer but 2xx.
        """
        if method == "GET" or (query and "dryRun" in query):
            return await super().send(
                method,
                path,
                query=query,
                body=body,
                content_type=content_type,
                accept=accept,
                repeatable=repeatable,
            )
        write = await self._begun(path)
        dry = {**(query or {}), "dryRun": "All"}
        sent = _only_rehearsed(body) if method == "DELETE" else body
        try:
            answer = await super().send(method, path, query=dry, body=sent, content_type=content_type)
        except ApiError as error:
            if body is None or not self._would_work(path, error):
                raise
            answer = encode(decode(body, dict))
        write.after = None if method == "DELETE" else decode(answer, dict)
        self.writes[path] = write
        return answer

    async def _begun(self, path: str) -> Rehearsed:
        if path in self.writes:
            return self.writes[path]
        try:
            now: Json | None = decode(await super().send("GET", path), dict)
        except ApiError as error:
            if not error.not_found:
                raise
            now = None
        return Rehearsed(now, now)

    def _would_work(self, path: str, error: ApiError) -> bool:
        """Whether it is refused only because an earlier dry run was not really executed."""
        if error.not_found and path.startswith(("/api/", "/apis/")) and "/namespaces/" in path:
            namespace = NAMESPACES + path.partition("/namespaces/")[2].partition("/")[0]
            return self._made(namespace) and namespace != path
        return error.code == 409 and path in self.writes and self.writes[path].after is None

    def _made(self, path: str) -> bool:
        write = self.writes.get(path)
        return write is not None and write.before is None and write.after is not None


def _only_rehearsed(options: bytes | None) -> bytes:
    """DeleteOptions with dryRun: if there is a body, the server ignores the query, and would really delete."""
    return encode({**(decode(options, dict) if options else {}), "dryRun": ["All"]})
