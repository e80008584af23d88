"""A chart in a container registry."""

from __future__ import annotations

from vidra.api.sources import HelmSource
from vidra.sources.helm.chart import ChartVersion
from vidra.sources.helm.versions import choose_version, wanted_range
from vidra.sources.memory import Memory
from vidra.sources.oci.artifact import Artifact
from vidra.sources.oci.manifest import Layer, chart_layer
from vidra.sources.semver import read_version

Manifests = Memory[tuple[str, str], tuple[str, Layer]]
"""The layer of the manifest that a tag named last, with the digest of the manifest."""


class RegistryChart:
    """Implements `vidra.sources.helm.chart.Place`."""

    def __init__(self, spec: HelmSource, artifact: Artifact, manifests: Manifests) -> None:
        self._spec = spec
        self._artifact = artifact
        self._manifests = manifests

    async def find(self) -> ChartVersion:
        """The version that the spec names, as the registry has it."""
        tag = await self._tag()
        digest = await self._artifact.digest(tag)
        known = self._manifests.get((self._spec.url, tag))
        if known is None or known[0] != digest:
            what = f"{self._spec.url} ({tag})"
            known = digest, chart_layer(await self._artifact.manifest(digest), what)
            self._manifests.put((self._spec.url, tag), known)
        return ChartVersion(tag.replace("_", "+"), known[1].digest, digest)

    async def get(self, release: ChartVersion) -> bytes:
        """The archive of a version, with the digest that its manifest names."""
        layer = chart_layer(await self._artifact.manifest(release.address), self._spec.url)
        parts: list[bytes] = []
        await self._artifact.layer(layer, parts.append)
        return b"".join(parts)

    async def _tag(self) -> str:
        version = self._spec.version
        if version and read_version(version) and _is_whole(version):
            return version.replace("+", "_")
        wanted_range(version)
        tags = {tag.replace("_", "+"): tag for tag in sorted(await self._artifact.tags())}
        return tags[choose_version(tags, version, self._spec.url)]


def _is_whole(version: str) -> bool:
    """Whether a version has all three numbers, so that it is one tag and no range."""
    return version.partition("-")[0].partition("+")[0].count(".") == 2
