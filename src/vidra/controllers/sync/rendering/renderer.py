"""Prepares the texts of a poll: finds values, and looks at destinations, if there is anything to render."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

from vidra.api.resource import VidraResource
from vidra.api.sources.values import ValuesList
from vidra.api.sync import Sync
from vidra.apply.desired.digest import Digests
from vidra.clusters.registry import Clusters
from vidra.controllers.sync.destinations.targets import Targets
from vidra.controllers.sync.rendering.destination import View, view
from vidra.controllers.sync.rendering.failures import Failures
from vidra.controllers.sync.rendering.requests import namespace_of, release_of
from vidra.controllers.sync.rendering.texts import Given, Seen, Texts
from vidra.controllers.sync.rendering.values import ValuesFinder
from vidra.render.protocol import Renderer
from vidra.render.request import Values
from vidra.sources.protocol import Files, Form, Listing, Remark, SourceError


class UnitRenderer:
    """There is one for the process.

    Args:
        load: Reads the stored text of a VidraResource.
        mentioned: Which words are in a chart.
    """

    def __init__(
        self,
        renderer: Renderer,
        finder: ValuesFinder,
        clusters: Clusters,
        digests: Digests,
        *,
        load: Callable[[VidraResource], Awaitable[bytes]],
        mentioned: Callable[[bytes | Files, Collection[str]], Awaitable[frozenset[str]]],
    ) -> None:
        self._renderer = renderer
        self._finder = finder
        self._clusters = clusters
        self._digests = digests
        self._load = load
        self._mentioned = mentioned
        self._failures = Failures()

    async def prepare(
        self, sync: Sync, listing: Listing, targets: Targets, remark: Remark, *, more: Sequence[Values] = ()
    ) -> Texts:
        """The texts for a listing. What cannot be seen is said for each unit that it is about.

        Args:
            more: Values over all others, for a preview.
        """
        forms = {unit.form for unit in listing.units}
        given: dict[Form, Given] = {}
        views: dict[str, View] = {}
        if Form.CHART in forms:
            given[Form.CHART] = await self._find(release_of(sync).values_from, remark)
            views = await self._look(sync, targets)
        if Form.KUSTOMIZATION in forms:
            given[Form.KUSTOMIZATION] = await self._find(sync.render.kustomize.substitute_from, remark)
        services = (self._renderer, self._failures, self._digests, remark)
        seen = Seen(given, views, tuple(more))
        return Texts(sync, *services, seen=seen, load=self._load, mentioned=self._mentioned)

    async def _find(self, places: ValuesList, remark: Remark) -> Given:
        try:
            return Given(await self._finder.find(places, remark))
        except SourceError as error:
            return Given(error=error)

    async def _look(self, sync: Sync, targets: Targets) -> dict[str, View]:
        lookups, namespace = release_of(sync).lookups, namespace_of(sync)
        found = await asyncio.gather(
            *(view(self._clusters, target.destination, sync.spec, lookups, namespace) for target in targets.there)
        )
        return {target.place: seen for target, seen in zip(targets.there, found, strict=True)}
