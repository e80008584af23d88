"""A chart as a source: one unit, marked with the digest of its archive, and got only when it is to be rendered."""

from __future__ import annotations

from typing import Protocol

import msgspec

from vidra.api.sources import HelmSource
from vidra.sources.protocol import Form, Listing, Unit


class ChartVersion(msgspec.Struct, frozen=True):
    """One version of a chart."""

    version: str
    digest: str
    """`sha256:…` of its archive; or something else that changes with it, where the repository names no digest."""
    address: str
    """Where its archive is: a URL, or a digest in a registry."""
    remark: str = ""
    """What a person should know about it."""


class Place(Protocol):
    """Where charts are: a repository or a registry."""

    async def find(self) -> ChartVersion:
        """The version that a spec names. Cheap when nothing changed.

        Raises:
            SourceError: There is none.
        """
        ...

    async def get(self, release: ChartVersion) -> bytes:
        """Its archive, verified.

        Raises:
            SourceError: It cannot be had, or is not what was announced.
        """
        ...


class ChartSource:
    """Implements `vidra.sources.protocol.Source`."""

    def __init__(self, spec: HelmSource, place: Place) -> None:
        self._id = spec.chart or spec.url.rstrip("/").rpartition("/")[2]
        self._place = place
        self._found: ChartVersion | None = None

    async def list(self) -> Listing:
        """The chart, in the version that is meant now."""
        found = self._found = await self._place.find()
        return Listing(
            (Unit(self._id, found.digest, form=Form.CHART),),
            revision=f"{found.version}@{found.digest}",
            remarks=(found.remark,) if found.remark else (),
        )

    async def fetch(self, unit: Unit) -> bytes:  # noqa: ARG002 - there is only one
        """The archive of the chart."""
        return await self._place.get(self._found or await self._place.find())
