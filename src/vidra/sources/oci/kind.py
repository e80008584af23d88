"""Artifacts in registries, for the whole process."""

from __future__ import annotations

from collections.abc import Callable

from vidra.api.names import SOURCE_LABEL
from vidra.api.sources import OciSource
from vidra.sources.credentials import choose, listen
from vidra.sources.downloaded import DownloadedSource, Downloads
from vidra.sources.lent import Lent
from vidra.sources.memory import Memory
from vidra.sources.oci.artifact import Artifact
from vidra.sources.oci.download import OciDownload
from vidra.sources.oci.registry import Registry, connect
from vidra.sources.oci.signed import Found, Signatures
from vidra.sources.oci.url import repository
from vidra.sources.paths import check_paths
from vidra.sources.pool import Pool
from vidra.sources.protocol import Concerns, Remark, SourceError
from vidra.sources.sandboxed import Sandbox
from vidra.sources.signatures.keys import keys_for
from vidra.sources.signatures.keys import listen as listen_to_keys
from vidra.sources.transport.places import Place, host_of


class OciKind:
    """Opens artifacts in registries."""

    credentials_label = SOURCE_LABEL

    def __init__(self, lent: Lent) -> None:
        self._lent = lent
        self._sandbox = Sandbox(lent.limits)
        self._memory: Downloads[OciSource] = Memory()
        self._registries: Pool[Registry] = Pool()
        self._signatures: Memory[OciSource, Found] = Memory()

    async def open(self, spec: OciSource, remark: Remark) -> DownloadedSource[OciSource]:
        """The artifact that a spec names.

        Raises:
            SourceError: The spec, or the credentials for it, cannot be used.
        """
        found = repository(spec.url, insecure=spec.insecure)
        check_paths(spec.paths, "spec.source.oci.paths")
        credential = choose(found.place, self._lent.secrets, self._lent.namespace, remark)
        registry = await self._registries.get(
            found.base, credential, lambda: connect(spec.url, found, credential, self._lent)
        )
        signatures = None
        if spec.verify is not None:
            keys = keys_for(spec.verify.keys, self._lent.keys)
            signatures = Signatures(spec, registry, keys, self._signatures)
        download = OciDownload(spec, Artifact(spec.url, registry, self._lent.limits), signatures)
        return DownloadedSource(
            spec, download, paths=spec.paths, what=spec.url, sandbox=self._sandbox, memory=self._memory
        )

    def host(self, spec: OciSource) -> str:
        """Host and port."""
        return host_of(spec.url)

    def listen(self, changed: Callable[[Concerns[OciSource]], None]) -> None:
        """Call this when credentials or keys changed."""
        listen(self._lent.secrets, _place, changed)
        listen_to_keys(self._lent.keys, lambda spec: spec.verify.keys if spec.verify else "", changed)

    async def close(self) -> None:
        """Close every connection, and end every process."""
        await self._registries.close()
        await self._sandbox.close()


def _place(spec: OciSource) -> Place | None:
    try:
        return repository(spec.url, insecure=spec.insecure).place
    except SourceError:
        return None
