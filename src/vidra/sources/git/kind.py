"""Repositories of Git, for the whole process: connections, what was read last, and the processes that read packs."""

from __future__ import annotations

from collections.abc import Callable

from yarl import URL

from vidra.api.names import SOURCE_LABEL
from vidra.api.reasons import Reason
from vidra.api.sources import GitSource
from vidra.sources.credentials import Credential, choose, listen, source_place
from vidra.sources.git.http_wire import HttpWire
from vidra.sources.git.reading import Reading
from vidra.sources.git.remote import Remote, Wire
from vidra.sources.git.source import GitRepository
from vidra.sources.git.url import repository
from vidra.sources.lent import Lent
from vidra.sources.memory import Memory
from vidra.sources.paths import check_paths
from vidra.sources.pool import Pool
from vidra.sources.protocol import Concerns, Remark, SourceError
from vidra.sources.sandboxed import Sandbox
from vidra.sources.signatures.keys import keys_for
from vidra.sources.signatures.keys import listen as listen_to_keys
from vidra.sources.transport.places import Place, host_of


class GitKind:
    """Opens repositories."""

    credentials_label = SOURCE_LABEL

    def __init__(self, lent: Lent) -> None:
        self._lent = lent
        self._sandbox = Sandbox(lent.limits)
        self._memory: Memory[GitSource, Reading] = Memory()
        self._remotes: Pool[Remote] = Pool()

    async def open(self, spec: GitSource, remark: Remark) -> GitRepository:
        """The repository that a spec names.

        Raises:
            SourceError: The spec, or the credentials for it, cannot be used.
        """
        place = repository(spec.url, insecure=spec.insecure)
        check_paths(spec.paths, "spec.source.git.paths")
        keys = keys_for(spec.verify.keys, self._lent.keys) if spec.verify else None
        credential = choose(place, self._lent.secrets, self._lent.namespace, remark)
        remote = await self._remotes.get(spec.url, credential, lambda: self._connect(spec.url, place, credential))
        return GitRepository(spec, remote, self._sandbox, self._memory, keys)

    def host(self, spec: GitSource) -> str:
        """Host and port."""
        return host_of(spec.url)

    def listen(self, changed: Callable[[Concerns[GitSource]], None]) -> None:
        """Call this when credentials or keys changed."""
        listen(self._lent.secrets, lambda spec: source_place(spec.url), changed)
        listen_to_keys(self._lent.keys, lambda spec: spec.verify.keys if spec.verify else "", changed)

    async def close(self) -> None:
        """Close every connection, and end every process."""
        await self._remotes.close()
        await self._sandbox.close()

    def _connect(self, url: str, place: Place, credential: Credential | None) -> Remote:
        return Remote(url, self._wire(url, place, credential), self._lent.limits.received)

    def _wire(self, url: str, place: Place, credential: Credential | None) -> Wire:
        if place.scheme == "ssh":
            return _ssh(url, place, credential, self._lent)
        base = str(URL(url.strip())).rstrip("/")  # as `place` was read, which the credential was chosen for
        origin = self._lent.origin(base, credential, bearer=False)
        return HttpWire(url, origin, self._lent.limits.download)


def _ssh(url: str, place: Place, credential: Credential | None, lent: Lent) -> Wire:
    try:
        from vidra.sources.git.ssh_wire import SshWire  # noqa: PLC0415 - an extra, which takes 0.4 s to import
    except ImportError:
        message = "spec.source.git.url: ssh needs a package that is not installed: pip install 'vidra[ssh]'"
        raise SourceError(Reason.INVALID_SPEC, message) from None
    return SshWire(url, place, credential, lent.hosts, lent.limits)
