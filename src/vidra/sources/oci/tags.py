"""The tags of a repository, page by page, and the newest version among them: pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec
from yarl import URL

from vidra.api.reasons import Reason
from vidra.sources.protocol import SourceError
from vidra.sources.semver import newest, read_range

_NEXT = re.compile(r'\s*<([^>]*)>\s*;.*\brel="?next"?')


class Tags(msgspec.Struct):
    """One page."""

    tags: tuple[str, ...] | None = ()


def next_page(link: str, base: URL) -> str | None:
    """The path of the next page, below the repository; None when there is none, or it leads elsewhere."""
    match = _NEXT.match(link)
    if match is None:
        return None
    try:
        target = (base / "tags" / "list").join(URL(match[1], encoded=True))
    except ValueError:
        return None
    if target.origin() != base.origin() or target.raw_path != f"{base.raw_path}/tags/list":
        return None
    return f"tags/list?{target.raw_query_string}"


def newest_tag(tags: Iterable[str], semver: str, url: str) -> str:
    """The tag with the highest version in a range; `_` stands for the `+` that no tag can have.

    Raises:
        SourceError: There is none, or no such range.
    """
    try:
        wanted = read_range(semver)
    except ValueError as error:
        raise SourceError(Reason.INVALID_SPEC, f"spec.source.oci.semver: {error}") from None
    versions = {tag.replace("_", "+"): tag for tag in sorted(tags)}
    found = newest(versions, wanted)
    if found is None:
        message = f"{url} has {len(versions)} tags, and none is a version in {semver}; what is applied stays"
        raise SourceError(Reason.VERSION_NOT_FOUND, message)
    return versions[found]
