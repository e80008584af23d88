"""Charts, for the whole process: connections, and what was read last of repositories and registries."""

from __future__ import annotations

from collections.abc import Callable

from yarl import URL

from vidra.api.names import SOURCE_LABEL
from vidra.api.reasons import Reason
from vidra.api.sources import HelmSource
from vidra.sources.credentials import Credential, choose, listen, source_place
from vidra.sources.helm.chart import ChartSource
from vidra.sources.helm.chart import Place as ChartPlace
from vidra.sources.helm.registry import Manifests, RegistryChart
from vidra.sources.helm.repository import Indexes, RepositoryChart
from vidra.sources.lent import Lent
from vidra.sources.memory import Memory
from vidra.sources.oci.artifact import Artifact
from vidra.sources.oci.registry import Registry, connect
from vidra.sources.oci.url import repository
from vidra.sources.pool import Pool
from vidra.sources.protocol import Concerns, Remark, SourceError
from vidra.sources.sandboxed import Sandbox
from vidra.sources.transport.origin import Origin
from vidra.sources.transport.places import Place, host_of, read_url

_URL = "spec.source.helm.url"


class HelmKind:
    """Opens charts."""

    credentials_label = SOURCE_LABEL

    def __init__(self, lent: Lent) -> None:
        self._lent = lent
        self._sandbox = Sandbox(lent.limits)
        self._indexes: Indexes = Memory()
        self._manifests: Manifests = Memory()
        self._origins: Pool[Origin] = Pool()
        self._registries: Pool[Registry] = Pool()

    async def open(self, spec: HelmSource, remark: Remark) -> ChartSource:
        """The chart that a spec names.

        Raises:
            SourceError: The spec, or the credentials for it, cannot be used.
        """
        in_registry = spec.url.strip().startswith("oci://")
        if in_registry == bool(spec.chart):
            message = "name the chart of a repository; in a registry, it is part of the url (oci://…/charts/gateway)"
            raise SourceError(Reason.INVALID_SPEC, f"spec.source.helm.chart: {message}")
        place = _place(spec)
        credential = choose(place, self._lent.secrets, self._lent.namespace, remark)
        opened = await (self._registry(spec, credential) if in_registry else self._repository(spec, credential))
        return ChartSource(spec, opened)

    def host(self, spec: HelmSource) -> str:
        """Host and port."""
        return host_of(spec.url)

    def listen(self, changed: Callable[[Concerns[HelmSource]], None]) -> None:
        """Call this when credentials changed."""
        listen(self._lent.secrets, _place_or_none, changed)

    async def close(self) -> None:
        """Close every connection, and end every process."""
        await self._origins.close()
        await self._registries.close()
        await self._sandbox.close()

    async def _repository(self, spec: HelmSource, credential: Credential | None) -> ChartPlace:
        base = str(URL(spec.url.strip())).rstrip("/")
        origin = await self._origins.get(base, credential, lambda: self._lent.origin(base, credential, bearer=False))
        return RepositoryChart(spec, origin, self._lent.limits, self._sandbox, self._indexes)

    async def _registry(self, spec: HelmSource, credential: Credential | None) -> ChartPlace:
        found = repository(spec.url, insecure=spec.insecure, field=_URL)
        registry = await self._registries.get(
            found.base, credential, lambda: connect(spec.url, found, credential, self._lent)
        )
        return RegistryChart(spec, Artifact(spec.url, registry, self._lent.limits), self._manifests)


def _place(spec: HelmSource) -> Place:
    if spec.url.strip().startswith("oci://"):
        return repository(spec.url, insecure=spec.insecure, field=_URL).place
    place, found = source_place(spec.url), read_url(spec.url.strip())
    if place is None or place.scheme == "ssh" or found is None or found.user or found.query_string:
        message = f"{_URL}: write it as https://charts.example.com; credentials belong in a Secret"
        raise SourceError(Reason.INVALID_SPEC, message)
    if place.scheme == "http" and not spec.insecure:
        raise SourceError(Reason.INVALID_SPEC, f"{_URL} is without TLS: write https, or set `insecure`")
    return place


def _place_or_none(spec: HelmSource) -> Place | None:
    try:
        return _place(spec)
    except SourceError:
        return None
