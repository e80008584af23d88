"""Reads a list in pages, each of a limited size, and not without an end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Protocol, TypeVar

from vidra.kube.client import Client
from vidra.kube.errors import TooLargeAnswerError, UnintelligibleError
from vidra.kube.partial_metadata import ListMeta

PAGE = 500
"""Objects of one page, at most."""
MOST_PAGES = 1_000
"""Pages of one list. A cluster that has so many objects of one kind is not one that etcd can hold."""


class Page(Protocol):
    """A part of a list."""

    @property
    def metadata(self) -> ListMeta: ...  # noqa: D102


P = TypeVar("P", bound=Page)


async def pages(
    client: Client, path: str, kind: type[P], *, accept: str, query: Mapping[str, str], size: int = PAGE
) -> AsyncIterator[P]:
    """The pages of a list. Where the objects are so large that a page is, the next ones have fewer.

    Args:
        kind: What a page is decoded to.
        query: Selectors.
        size: Objects of the first page.

    Raises:
        UnreachableError: No answer, or a list without an end.
        ApiError: It cannot be read; 410 when a page came too late.
    """
    asked = 0
    token = ""
    while asked < MOST_PAGES:
        asked += 1
        more = {"continue": token} if token else {}
        try:
            page = await client.get(path, kind, accept=accept, query={**query, "limit": str(size), **more})
        except TooLargeAnswerError:
            if size == 1:
                raise
            size = max(1, size // 8)
            continue
        yield page
        token = page.metadata.continue_
        if not token:
            return
    raise UnintelligibleError(f"what answers at {client.host} lists {path} without an end")
