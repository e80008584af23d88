"""Sets the operator's own steps up for a dry run: the same stores, clusters and texts, and nothing is written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from vidra.api.names import VALUES_LABEL
from vidra.api.resource import ObjectProblem, VidraResource
from vidra.api.sync import Sync
from vidra.apply.desired.digest import Digests
from vidra.apply.field_owner import Owner, hub_of
from vidra.apply.health.evaluator import Verdicts
from vidra.apply.inventory_index import Claims
from vidra.clusters.dry_run import DryRunClusters
from vidra.controllers.resource.dry_run import DryRunInput, DryRunPlan, DryRunResult, dry_run, plan_dry_run
from vidra.controllers.runtime.content_chunks import ContentError
from vidra.controllers.runtime.content_store import ContentStore, kept_for
from vidra.controllers.runtime.context import sync_of
from vidra.controllers.runtime.digest_key import read_digests
from vidra.controllers.runtime.settings import Settings, chosen, read
from vidra.controllers.sync.dry_run import SyncDryRun, dry_run_sync
from vidra.controllers.sync.rendering.renderer import UnitRenderer
from vidra.controllers.sync.rendering.values import ValuesFinder
from vidra.kube.client import Client
from vidra.kube.store import Store, kind_and_name
from vidra.kube.types import ConfigMap, Secret
from vidra.render.process import ProcessRenderer
from vidra.render.request import Values
from vidra.sources.infrahub import InfrahubSource
from vidra.sources.infrahub.activity import Change
from vidra.sources.kinds import sources_of
from vidra.sources.lent import Lent
from vidra.sources.protocol import SourceError
from vidra.views import hub_objects
from vidra.views.errors import ViewError
from vidra.views.lent import lent, nothing_lent

ASKED_FOR = 5.0
"""Seconds that a source has to say who changed something."""


class DryRunSession(msgspec.Struct, frozen=True):
    """The dependencies of a dry run, as the operator would have them."""

    hub: str
    clusters: DryRunClusters
    resources: Store[VidraResource]
    content: ContentStore
    digests: Digests
    settings: Settings
    lent: Lent
    values: Store[ConfigMap | Secret]
    """Values for charts that count."""
    managers: dict[str, str]
    """Names of the VidraResources by field manager."""

    async def stored(self, resource: VidraResource) -> DryRunInput:
        """A VidraResource with its text as it is kept.

        Raises:
            ViewError: The text is deleted or damaged, or was not given to it.
        """
        content = resource.spec.content
        try:
            text = await self.content.load(resource) if content else (resource.spec.manifest or "").encode()
        except ContentError as error:
            raise ViewError(f"VidraResource {resource.metadata.name}: {error}") from None
        return DryRunInput(resource, text)

    async def reconciled(self, inputs: Sequence[DryRunInput]) -> DryRunResult:
        """The result of a dry run for all of these."""
        places = self.clusters, inputs, self.hub, self.resources
        names, hubs = self.settings.label_namespaces, self.settings.other_vidras
        return await dry_run(*places, digests=self.digests, may_describe=names, other_vidras=hubs)

    async def planned(self, resource: VidraResource) -> DryRunPlan:
        """The plan of a reconcile of a VidraResource.

        Raises:
            ViewError: Its cluster does not answer.
        """
        claims = Claims(self.resources, self.hub, same=self.clusters.lead_to_one, digests=self.digests)
        stored = await self.stored(resource)
        found = await plan_dry_run(*(self.clusters, stored, self.hub, self.resources, claims), digests=self.digests)
        if isinstance(found, ObjectProblem):
            raise ViewError(f"{found.reason}: {found.message}")
        return found

    async def change_to(self, sync: Sync, artifact: str, checksum: str) -> Change | None:
        """Who gave an artifact of a sync its text; None when its source does not say, or not soon."""
        try:
            async with asyncio.timeout(ASKED_FOR), sources_of(self.lent) as sources:
                source = await sources.open(sync.source, lambda _reason, _message: None)
                return await source.change_to(artifact, checksum) if isinstance(source, InfrahubSource) else None
        except (SourceError, TimeoutError):
            return None

    async def polled(self, sync: Sync, values: bytes | None = None) -> SyncDryRun:
        """What a sync would apply if its source were polled now.

        Args:
            values: YAML, for its charts, over their other values.

        Raises:
            SourceError: The source gives no list.
        """
        more = () if values is None else (Values(name="the given values", text=values),)
        existing, catalogue, renderer = self.resources.group(sync.key), self.clusters.catalogue, ProcessRenderer()
        async with sources_of(self.lent) as sources:
            finder = ValuesFinder(self.values, self.lent.namespace, sources)
            units = UnitRenderer(
                *(renderer, finder, self.clusters, self.digests), load=self.content.load, mentioned=sources.mentioned
            )
            source = await sources.open(sync.source, lambda _reason, _message: None)
            return await dry_run_sync(sync, source, existing, catalogue, units, more=more)


@asynccontextmanager
async def dry_run_session(
    client: Client, namespaces: Sequence[str], hosts: Sequence[str] = (), *, only_here: bool = False
) -> AsyncIterator[DryRunSession]:
    """Everything as the operator would find it.

    Args:
        namespaces: Those whose Secrets count, Vidra's own first.
        hosts: Those that sources may be read from; none: all but those that are never meant.
        only_here: For a look at the cluster that Vidra runs in: no Secret is read, so nobody needs that right.
    """
    own = namespaces[0]
    if only_here:
        namespaces = ()
    digests_read = _no_digests() if only_here else read_digests(client, own)
    (uid, digests), resources, clusters, maps = await asyncio.gather(
        asyncio.gather(hub_objects.identity(client), digests_read),
        hub_objects.resources(client),
        hub_objects.cluster_secrets(client, namespaces),
        _nothing() if only_here else hub_objects.config_maps(client, own),
    )
    source, hub = chosen(maps, own), hub_of(uid)
    settings = read(source.data if source else {})[0]
    lends = nothing_lent(client, own) if only_here else await lent(client, namespaces, settings.query_name, hosts)
    values = [] if only_here else await hub_objects.labelled(client, namespaces, VALUES_LABEL)
    dry_clusters = DryRunClusters(
        client.connection,
        (own, *namespaces[1:]),
        hub_objects.stored(clusters, Store()),
        Verdicts(),
        client.impersonates,
    )
    dry_clusters.home.uid = uid
    try:
        yield DryRunSession(
            hub=hub,
            clusters=dry_clusters,
            resources=hub_objects.stored(resources, Store(index=sync_of)),
            content=ContentStore(client, own, Store(index=kept_for)),
            digests=digests,
            settings=settings,
            lent=lends,
            values=hub_objects.stored(values, Store(key=kind_and_name)),
            managers={Owner(hub, item.metadata.name).manager: item.metadata.name for item in resources},
        )
    finally:
        await dry_clusters.close()


async def _nothing() -> list[ConfigMap]:
    return []


async def _no_digests() -> Digests:
    return Digests.unkept()
