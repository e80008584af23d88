"""A chart of a Helm repository: found in its index, which is read again only if it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import msgspec
from yarl import URL

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason
from vidra.api.sources import HelmSource
from vidra.common.nearest import did_you_mean
from vidra.sources.helm.chart import ChartVersion
from vidra.sources.helm.versions import choose_version
from vidra.sources.limits import SourceLimits
from vidra.sources.memory import Memory
from vidra.sources.protocol import SourceError
from vidra.sources.sandboxed import Sandbox, Spool
from vidra.sources.transport.messages import Request
from vidra.sources.transport.origin import Origin
from vidra.sources.transport.places import shown
from vidra.sources.transport.refusals import READ, refused

_HEX = frozenset("0123456789abcdef")
_LINE = 200


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """What an index says of one version."""

    version: str
    digest: str
    """SHA-256 of the archive in hex; empty where the index names none."""
    created: str
    url: str


class Index(msgspec.Struct, frozen=True):
    """What was read of an index about one chart."""

    digest: str
    """Of the whole index."""
    etag: str
    entries: Mapping[str, Entry]
    """By version."""
    charts: tuple[str, ...]
    """Names of other charts, where there is no version of this one."""
    chosen: Mapping[str, str] = {}
    """The digest under which each fixed version was seen before."""


Indexes = Memory[tuple[str, str], Index]


class RepositoryChart:
    """Implements `vidra.sources.helm.chart.Place`."""

    def __init__(
        self, spec: HelmSource, origin: Origin, limits: SourceLimits, sandbox: Sandbox, indexes: Indexes
    ) -> None:
        self._spec = spec
        self._chart = spec.chart or ""
        self._index_url = URL(f"{spec.url.rstrip('/')}/index.yaml")
        self._origin = origin
        self._limits = limits
        self._sandbox = sandbox
        self._indexes = indexes

    async def find(self) -> ChartVersion:
        """The version that the spec names, as the index has it."""
        index = await self._index()
        if not index.entries:
            hint = did_you_mean(self._chart, index.charts)
            message = f"{self._spec.url} has no chart {self._chart}{hint}; what is applied stays"
            raise SourceError(Reason.VERSION_NOT_FOUND, message)
        version = choose_version(index.entries, self._spec.version, f"the chart {self._chart} of {self._spec.url}")
        entry = index.entries[version]
        digest = f"sha256:{entry.digest}" if entry.digest else _stand_in(entry)
        return ChartVersion(version, digest, entry.url, self._remark(index, entry, digest))

    async def get(self, release: ChartVersion) -> bytes:
        """The archive of a version, with the digest that the index names."""
        url = self._archive(release.address)
        request = Request("GET", url, cap=self._limits.received, limit="--source-limit received=…")
        digest, parts = hashlib.sha256(), list[bytes]()
        async with self._origin.stream(request, elsewhere=True, timeout=self._limits.download) as streamed:
            if streamed.status != 200:
                absent = f"{shown(url)}, which the index names for {self._chart} {release.version}, is not there"
                raise refused(await streamed.start(READ), self._spec.url, self._origin.credential, absent=absent)
            async for chunk in streamed.chunks():
                digest.update(chunk)
                parts.append(chunk)
        found = f"sha256:{digest.hexdigest()}"
        if release.digest.startswith("sha256:") and found != release.digest:
            message = f"{shown(url)} has the digest {found}, and the index says {release.digest}"
            raise SourceError(Reason.CHECKSUM_MISMATCH, f"{message}; it is not rendered")
        return b"".join(parts)

    async def _index(self) -> Index:
        key = self._spec.url, self._chart
        known = self._indexes.get(key)
        headers = {"If-None-Match": known.etag} if known and known.etag else {}
        request = Request(
            "GET",
            self._index_url,
            cap=self._limits.received,
            headers=headers,
            limit="--source-limit received=…",
        )
        job = {"do": "index", "chart": self._chart}
        with closing(Spool(job, self._limits)) as spool:
            async with self._origin.stream(request, elsewhere=True, timeout=self._limits.download) as streamed:
                if streamed.status == 304 and known is not None:
                    return known
                if streamed.status != 200:
                    absent = f"there is no chart repository at {self._spec.url}: it has no index.yaml"
                    raise refused(await streamed.start(READ), self._spec.url, self._origin.credential, absent=absent)
                digest, etag = hashlib.sha256(), streamed.answer().headers.get("etag", "")
                async for chunk in streamed.chunks():
                    digest.update(chunk)
                    spool.write(chunk)
            if known is not None and known.digest == digest.hexdigest():
                index = msgspec.structs.replace(known, etag=etag)
            else:
                said, _ = await self._sandbox.run(spool, f"the index of {self._spec.url}")
                index = _read(said, digest.hexdigest(), etag, known)
        self._indexes.put(key, index)
        return index

    def _archive(self, address: str) -> URL:
        try:
            url = self._index_url.join(URL(address))
        except ValueError:
            url = URL()
        if not address or url.scheme not in {"http", "https"} or not url.host or url.user:
            message = f"the index of {self._spec.url} names no address that Vidra reads: {one_line(address, _LINE)}"
            raise SourceError(Reason.UNSUPPORTED_CONTENT, message)
        if self._index_url.scheme == "https" != url.scheme:
            message = f"the index of {self._spec.url} names an archive without TLS: {one_line(shown(url), _LINE)}"
            raise SourceError(Reason.UNSUPPORTED_CONTENT, message)
        return url

    def _remark(self, index: Index, entry: Entry, digest: str) -> str:
        chart = f"{self._chart} {one_line(entry.version, 80)}"
        if not entry.digest:
            return f"the index of {self._spec.url} names no digest of {chart}, so its archive cannot be verified"
        before = index.chosen.get(entry.version, digest)
        if before != digest:
            return f"{chart} was replaced in {self._spec.url}: it was {before}, and is {digest} now"
        return ""


def _read(said: Mapping[str, Any], digest: str, etag: str, before: Index | None) -> Index:
    found = [msgspec.convert(item, Entry) for item in said["versions"]]
    entries = {item.version: _checked(item) for item in reversed(found)}  # of two of one version Helm takes the first
    seen = {version: f"sha256:{item.digest}" for version, item in before.entries.items()} if before else {}
    return Index(digest, etag, entries, tuple(said["charts"]), {**seen, **(before.chosen if before else {})})


def _checked(entry: Entry) -> Entry:
    """With a digest that can be compared, or none."""
    digest = entry.digest.lower().removeprefix("sha256:")
    good = len(digest) == 64 and _HEX.issuperset(digest)
    return msgspec.structs.replace(entry, digest=digest if good else "")


def _stand_in(entry: Entry) -> str:
    told = f"{entry.version}\0{entry.created}\0{entry.url}"
    return f"unverified:{hashlib.sha256(told.encode()).hexdigest()}"
