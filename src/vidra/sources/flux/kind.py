"""Flux as a kind of source: its objects, and the archives that its source-controller serves."""

from __future__ import annotations

from collections.abc import Callable

from yarl import URL

from vidra.api.reasons import Reason
from vidra.api.sources import FluxSource as FluxSpec
from vidra.api.sync import Sync
from vidra.sources.downloaded import DownloadedSource, Downloads
from vidra.sources.flux.download import FluxDownload
from vidra.sources.flux.objects import FluxObject, FluxObjects, Ref, ref_of
from vidra.sources.flux.source import FluxSource
from vidra.sources.lent import Lent
from vidra.sources.memory import Memory
from vidra.sources.paths import check_paths
from vidra.sources.pool import Pool
from vidra.sources.protocol import Concerns, Remark, SourceError
from vidra.sources.sandboxed import Sandbox
from vidra.sources.transport.origin import Origin


class FluxKind:
    """Implements `vidra.sources.protocol.SourceKind`."""

    credentials_label = ""

    def __init__(self, lent: Lent) -> None:
        self._lent = lent
        self._objects = FluxObjects(lent.client)
        self._sandbox = Sandbox(lent.limits)
        self._memory: Downloads[FluxSpec] = Memory()
        self._origins: Pool[Origin] = Pool()

    async def open(self, spec: FluxSpec, remark: Remark) -> FluxSource:  # noqa: ARG002 - it takes no credentials
        """What Flux has fetched for the object that a spec names.

        Raises:
            SourceError: There is no such object, or Flux has fetched nothing yet.
        """
        check_paths(spec.paths, "spec.source.flux.paths")
        ref = ref_of(spec)
        item = await self._objects.get(ref)
        artifact = item.status.artifact
        if artifact is None:
            why = item.trouble or "its status names no artifact yet"
            raise SourceError(Reason.SOURCE_NOT_READY, f"Flux has not fetched {ref} yet: {why}")
        download = FluxDownload(artifact, str(ref), self._origin, self._lent.limits)
        archive = DownloadedSource(
            spec, download, paths=spec.paths, what=str(ref), sandbox=self._sandbox, memory=self._memory
        )
        return FluxSource(archive, tuple(_remarks(ref, item)))

    def host(self, spec: FluxSpec) -> str:  # noqa: ARG002 - all archives are in this cluster
        """Nobody who has to be spared."""
        return ""

    def listen(self, changed: Callable[[Concerns[FluxSpec]], None]) -> None:
        """Call this when Flux has fetched something else, or says something else about it."""
        self._objects.listen(lambda ref: changed(lambda spec: ref_of(spec) == ref))
        self._lent.syncs.listen(self._syncs_changed)

    async def close(self) -> None:
        """End every watch, connection and process."""
        self._objects.keep(())
        await self._origins.close()
        await self._sandbox.close()

    def _syncs_changed(self, old: Sync | None, new: Sync | None) -> None:
        # What no sync names any more is watched no longer.
        if old is not None and old.source.flux is not None and (new is None or new.source.flux != old.source.flux):
            self._objects.keep(ref_of(spec) for sync in self._lent.syncs if (spec := sync.source.flux))

    async def _origin(self, url: str) -> Origin:
        base = str(URL(url).origin())
        return await self._origins.get(base, None, lambda: self._lent.origin(base, None))


def _remarks(ref: Ref, item: FluxObject) -> list[str]:
    remarks = [f"{ref} is suspended: Flux fetches nothing new"] if item.spec.suspend else []
    return [*remarks, f"Flux could not fetch {ref} again ({item.trouble})"] if item.trouble else remarks
