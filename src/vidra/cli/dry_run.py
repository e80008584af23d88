"""Sets the operator's own steps up for a rehearsal: the same stores, clusters and texts, and nothing is written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from vidra.api.resource import ObjectProblem, VidraResource
from vidra.api.sync import InfrahubSync
from vidra.apply.field_owner import Owner, hub_of
from vidra.apply.health.evaluator import Verdicts
from vidra.apply.inventory_index import Claims
from vidra.cli import hub_client
from vidra.cli.errors import CommandError
from vidra.clusters.dry_run import DryRunClusters
from vidra.controllers.resource.dry_run import DryRunInput, DryRunPlan, DryRunResult, dry_run, plan_dry_run
from vidra.controllers.runtime.content_chunks import ContentError
from vidra.controllers.runtime.content_store import ContentStore, kept_for
from vidra.controllers.runtime.context import sync_of
from vidra.controllers.runtime.settings import Settings, chosen, read
from vidra.controllers.sync.dry_run import SyncDryRun, dry_run_sync
from vidra.controllers.sync.source.resolve import SourceContext, source_of
from vidra.kube.client import Client
from vidra.kube.store import Store
from vidra.sources.infrahub import InfrahubPool


class Stage(msgspec.Struct, frozen=True):
    """What a rehearsal needs."""

    hub: str
    clusters: DryRunClusters
    resources: Store[VidraResource]
    content: ContentStore
    settings: Settings
    known: SourceContext
    managers: dict[str, str]
    """Names of the VidraResources by field manager."""

    async def stored(self, resource: VidraResource) -> DryRunInput:
        """A VidraResource with its text as it is kept.

        Raises:
            CommandError: The text is gone or damaged, or was not given to it.
        """
        content = resource.spec.content
        try:
            text = await self.content.load(resource) if content else (resource.spec.manifest or "").encode()
        except ContentError as error:
            raise CommandError(f"VidraResource {resource.metadata.name}: {error}") from None
        return DryRunInput(resource, text)

    async def rehearsed(self, proposals: list[DryRunInput]) -> DryRunResult:
        """What passes over all of these would do."""
        return await dry_run(self.clusters, proposals, self.hub, self.resources, self.settings.label_namespaces)


@asynccontextmanager
async def stage(client: Client, namespace: str) -> AsyncIterator[Stage]:
    """Everything as the operator would find it."""
    counting = hub_client.counting(namespace)
    uid, resources, clusters, infrahubs, maps, syncs = await asyncio.gather(
        hub_client.identity(client),
        hub_client.resources(client),
        hub_client.cluster_secrets(client, counting),
        hub_client.infrahub_secrets(client, counting),
        hub_client.config_maps(client, namespace),
        hub_client.syncs(client),
    )
    source, identity = chosen(maps, namespace), hub_of(uid)
    rehearsal = DryRunClusters(client.connection, counting, hub_client.stored(clusters, Store()), Verdicts())
    rehearsal.home.uid = uid
    try:
        yield Stage(
            hub=identity,
            clusters=rehearsal,
            resources=hub_client.stored(resources, Store(index=sync_of)),
            content=ContentStore(client, namespace, Store(index=kept_for)),
            settings=read(source.data if source else {})[0],
            known=SourceContext(hub_client.stored(infrahubs, Store()), hub_client.stored(syncs, Store()), namespace),
            managers={Owner(identity, item.metadata.name).manager: item.metadata.name for item in resources},
        )
    finally:
        await rehearsal.close()


async def studied(client: Client, namespace: str, resource: VidraResource) -> DryRunPlan:
    """What a pass over a VidraResource would find.

    Raises:
        CommandError: Its cluster cannot be asked.
    """
    async with stage(client, namespace) as here:
        claims = Claims(here.resources, here.hub)
        found = await plan_dry_run(here.clusters, await here.stored(resource), here.hub, here.resources, claims)
        if isinstance(found, ObjectProblem):
            raise CommandError(f"{found.reason}: {found.message}")
        return found


async def proposed(here: Stage, sync: InfrahubSync) -> SyncDryRun:
    """What a sync would have applied if Infrahub were asked now.

    Raises:
        SourceError: Infrahub gives no list.
    """
    pool = InfrahubPool()
    try:
        source = await source_of(sync, here.settings.query_name, here.known, pool, lambda _reason, _message: None)
        return await dry_run_sync(sync, source, here.resources.group(sync.metadata.name), here.clusters.catalogue)
    finally:
        await pool.close()
