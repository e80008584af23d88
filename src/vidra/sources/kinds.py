"""Every kind of source, a line each: the field of `SourceSpec` that chooses it, and its package."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, closing
from functools import partial
from typing import Any

from vidra.api.reasons import Reason
from vidra.api.sources import SourceSpec
from vidra.sources.flux import FluxKind
from vidra.sources.git import GitKind
from vidra.sources.helm import HelmKind
from vidra.sources.http import HttpKind
from vidra.sources.infrahub import InfrahubKind
from vidra.sources.inline import InlineKind
from vidra.sources.lent import Lent
from vidra.sources.oci import OciKind
from vidra.sources.protocol import Files, Remark, Source, SourceError, SourceKind
from vidra.sources.sandboxed import Sandbox, Spool

Changed = Callable[[Callable[[SourceSpec], bool]], None]


def _kinds(lent: Lent) -> Mapping[str, SourceKind[Any]]:
    return {
        "flux": FluxKind(lent),
        "git": GitKind(lent),
        "helm": HelmKind(lent),
        "http": HttpKind(lent),
        "infrahub": InfrahubKind(lent),
        "inline": InlineKind(lent),
        "oci": OciKind(lent),
    }


class Sources:
    """Opens the source of a sync, whichever kind it is."""

    def __init__(self, lent: Lent) -> None:
        self._kinds = _kinds(lent)
        self._sandbox = Sandbox(lent.limits)

    async def open(self, spec: SourceSpec, remark: Remark) -> Source:
        """The source that a spec names.

        Raises:
            SourceError: The spec, or the credentials for it, cannot be used.
        """
        kind, chosen = self._chosen(spec)
        return await kind.open(chosen, remark)

    def host(self, spec: SourceSpec) -> str:
        """Who is asked; empty when nobody is, or when the spec names no source."""
        try:
            kind, chosen = self._chosen(spec)
        except SourceError:
            return ""
        return kind.host(chosen)

    def credentials_label(self, spec: SourceSpec) -> str:
        """The label of Secrets with credentials for a source.

        Raises:
            SourceError: The spec names no source.
        """
        return self._chosen(spec)[0].credentials_label

    async def mentioned(self, content: bytes | Files, words: Collection[str]) -> frozenset[str]:
        """Which words are in what was fetched of a unit, unpacked; the names of its files count as well.

        Raises:
            SourceError: It cannot be unpacked.
        """
        if isinstance(content, Files):
            parts = [*content.files.values(), *(path.encode() for path in content.files)]
            return frozenset(word for word in words if any(word.encode() in part for part in parts))
        job = {"do": "mentions", "words": list(words)}
        with closing(Spool(job, self._sandbox.limits)) as spool:
            spool.write(content)
            said, _ = await self._sandbox.run(spool, "the chart")
        return frozenset(map(str, said["found"]))

    def listen(self, changed: Changed) -> None:
        """Call this when the last listing of the syncs that it is about may be outdated."""
        for name, kind in self._kinds.items():
            kind.listen(partial(_report, changed, name))

    async def close(self) -> None:
        """Close every connection."""
        for kind in self._kinds.values():
            await kind.close()
        await self._sandbox.close()

    def _chosen(self, spec: SourceSpec) -> tuple[SourceKind[Any], object]:
        found = spec.chosen()
        if found is None or found[0] not in self._kinds:
            raise SourceError(
                Reason.INVALID_SPEC, f"spec.source: name exactly one source, of {', '.join(sorted(self._kinds))}"
            )
        name, chosen = found
        return self._kinds[name], chosen


@asynccontextmanager
async def sources_of(lent: Lent) -> AsyncIterator[Sources]:
    """All kinds of source, closed at the end."""
    sources = Sources(lent)
    try:
        yield sources
    finally:
        await sources.close()


def _report(changed: Changed, name: str, concerns: Callable[[Any], bool]) -> None:
    """Pass on what a kind reports, for specs that choose this kind."""
    changed(partial(_is_about, name=name, concerns=concerns))


def _is_about(spec: SourceSpec, name: str, concerns: Callable[[Any], bool]) -> bool:
    chosen = getattr(spec, name)
    return chosen is not None and concerns(chosen)
