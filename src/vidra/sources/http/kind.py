"""Files behind URLs, for the whole process."""

from __future__ import annotations

from collections.abc import Callable

from vidra.api.names import SOURCE_LABEL
from vidra.api.reasons import Reason
from vidra.api.sources import HttpSource
from vidra.sources.credentials import choose, listen, source_place
from vidra.sources.downloaded import DownloadedSource, Downloads
from vidra.sources.http.download import HttpDownload
from vidra.sources.lent import Lent
from vidra.sources.memory import Memory
from vidra.sources.paths import check_paths
from vidra.sources.pool import Pool
from vidra.sources.protocol import Concerns, Remark, SourceError
from vidra.sources.sandboxed import Sandbox
from vidra.sources.transport.origin import Origin
from vidra.sources.transport.places import Place, host_of, read_url


class HttpKind:
    """Opens files behind URLs."""

    credentials_label = SOURCE_LABEL

    def __init__(self, lent: Lent) -> None:
        self._lent = lent
        self._sandbox = Sandbox(lent.limits)
        self._memory: Downloads[HttpSource] = Memory()
        self._origins: Pool[Origin] = Pool()

    async def open(self, spec: HttpSource, remark: Remark) -> DownloadedSource[HttpSource]:
        """The file that a spec names.

        Raises:
            SourceError: The spec, or the credentials for it, cannot be used.
        """
        place = _place(spec)
        check_paths(spec.paths, "spec.source.http.paths")
        credential = choose(place, self._lent.secrets, self._lent.namespace, remark)
        base = spec.url.partition("?")[0]
        origin = await self._origins.get(base, credential, lambda: self._lent.origin(base, credential))
        download = HttpDownload(spec, origin, self._lent.limits)
        return DownloadedSource(spec, download, paths=spec.paths, what=base, sandbox=self._sandbox, memory=self._memory)

    def host(self, spec: HttpSource) -> str:
        """Host and port."""
        return host_of(spec.url)

    def listen(self, changed: Callable[[Concerns[HttpSource]], None]) -> None:
        """Call this when credentials changed."""
        listen(self._lent.secrets, lambda spec: source_place(spec.url), changed)

    async def close(self) -> None:
        """Close every connection, and end every process."""
        await self._origins.close()
        await self._sandbox.close()


def _place(spec: HttpSource) -> Place:
    place, found = source_place(spec.url), read_url(spec.url)
    if place is None or place.scheme == "ssh" or found is None or found.user or found.password:
        message = "spec.source.http.url: write it as https://example.com/manifests.yaml; credentials belong in a Secret"
        raise SourceError(Reason.INVALID_SPEC, message)
    if place.scheme == "http" and not (spec.insecure or spec.sha256):
        message = "spec.source.http.url is without TLS: write https, name the `sha256`, or set `insecure`"
        raise SourceError(Reason.INVALID_SPEC, message)
    return place
