"""What a mistyped branch or artifact name may have meant, of those that Vidra's account sees in this Infrahub.

It is asked for only when something is wrong, and not again for a while. No answer is no suggestion, and no error.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from urllib.parse import quote

import msgspec
from yarl import URL

from vidra.common.nearest import did_you_mean
from vidra.sources.infrahub.graphql import document_url, read_document
from vidra.sources.infrahub.selection import Selection
from vidra.sources.protocol import SourceError
from vidra.sources.transport.messages import Answer, Request

BRANCHES = "query { Branch { name } }"
ARTIFACTS = "query { CoreArtifactDefinition { edges { node { artifact_name { value } } } } }"
VALID_FOR = 300.0
"""Seconds for which a suggestion is not asked for again."""
MOST = 1_000
"""Suggestions that are kept."""

Send = Callable[[Request], Awaitable[Answer]]


class Suggestions:
    """The suggestions of one Infrahub.

    Args:
        cap: Bytes of an answer.
    """

    def __init__(self, base: str, send: Send, cap: int) -> None:
        self._base = base
        self._send = send
        self._cap = cap
        self._known: dict[tuple[str, ...], tuple[float, str]] = {}

    async def branch(self, selection: Selection) -> str:
        """The end of a message about a branch that does not exist; empty when nothing is near."""
        url = document_url(self._base)
        return await self._nearest(selection.branch, BRANCHES, url)

    async def artifact(self, selection: Selection) -> str:
        """The end of a message about a name without artifacts in the branch; empty when nothing is near."""
        return await self._nearest(selection.artifact_name, ARTIFACTS, self._document_in(selection.branch))

    async def defined(self, selection: Selection) -> list[str]:
        """The names of artifacts that are defined in the branch, asked for now.

        Raises:
            SourceError: Infrahub does not say.
        """
        return await self._asked(ARTIFACTS, self._document_in(selection.branch))

    def _document_in(self, branch: str) -> URL:
        return URL(f"{document_url(self._base)}/{quote(branch, safe='')}", encoded=True)

    async def _nearest(self, word: str, document: str, url: URL) -> str:
        key = (word, document, str(url))
        until, known = self._known.get(key, (0.0, ""))
        if time.monotonic() < until:
            return known
        if len(self._known) >= MOST:
            self._known.clear()
        found = did_you_mean(word, await self._names(document, url))
        self._known[key] = time.monotonic() + VALID_FOR, found
        return found

    async def _names(self, document: str, url: URL) -> list[str]:
        try:
            return await self._asked(document, url)
        except SourceError:
            return []

    async def _asked(self, document: str, url: URL) -> list[str]:
        body = msgspec.json.encode({"query": document})
        answer = await self._send(Request("POST", url, cap=self._cap, body=body))
        return list(_texts(read_document(answer, self._base)))


def _texts(data: Any) -> Iterator[str]:
    """Every text in an answer, which holds nothing but names."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, (dict, list)):
        for part in data.values() if isinstance(data, dict) else data:
            yield from _texts(part)
