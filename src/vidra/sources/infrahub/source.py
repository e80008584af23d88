"""The source of one sync: an Infrahub, and what the sync selects in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from vidra.sources.infrahub.activity import Change, change_to
from vidra.sources.infrahub.client import Infrahub
from vidra.sources.infrahub.deliveries import Delivery, delete_deliveries, deliveries_of, write_deliveries
from vidra.sources.infrahub.query_admin import lacks, stored_queries
from vidra.sources.infrahub.selection import Selection
from vidra.sources.protocol import Listing, Unit


class InfrahubSource:
    """Implements `vidra.sources.protocol.Source`."""

    def __init__(self, infrahub: Infrahub, selection: Selection) -> None:
        self._infrahub = infrahub
        self._selection = selection

    async def list(self) -> Listing:
        """The artifacts of the sync."""
        return await self._infrahub.list(self._selection)

    async def is_defined(self) -> bool:
        """Whether there is a definition of artifacts of the name; of the past nothing is said."""
        return self._selection.at is None and await self._infrahub.defines(self._selection)

    async def change_to(self, artifact: str, checksum: str) -> Change | None:
        """Who gave an artifact its text; None when Infrahub does not say."""
        return await change_to(self._infrahub, artifact, checksum, self._selection.branch)

    async def deliveries(self, vidra: str, sync: str) -> dict[str, Delivery | None]:
        """What this Infrahub has been told of a sync's artifacts, by key."""
        return await deliveries_of(self._infrahub, vidra, sync)

    async def write_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Tell it what became of artifacts."""
        await write_deliveries(self._infrahub, deliveries)

    async def delete_deliveries(self, keys: Collection[str]) -> None:
        """Have it forget them."""
        await delete_deliveries(self._infrahub, keys)

    async def lacks(self) -> tuple[str, ...]:
        """What the stored query does not select and Vidra can use; nothing when it is not on the default branch.

        Raises:
            SourceError: Infrahub does not say.
        """
        texts = await stored_queries(self._infrahub, self._selection.query)
        return tuple(field for text in texts.values() for field in lacks(text))

    async def fetch(self, artifact: Unit) -> bytes:
        """The text of an artifact, verified against its checksum."""
        return await self._infrahub.fetch(artifact, self._selection)
