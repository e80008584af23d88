"""The operator: one process that keeps every sync and VidraResource of a cluster."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, TypeVar

import structlog

from vidra.api.names import (
    API_VERSION,
    CLUSTER_LABEL,
    CONFIG_LABEL,
    CONFIG_VALUE,
    INFRAHUB_LABEL,
    INVENTORY_LABEL,
    KEYS_LABEL,
    MANIFESTS_LABEL,
    PATHS,
    RESOURCE_LABEL,
    RESOURCE_PLURAL,
    SOURCE_LABEL,
    VALUES_LABEL,
    WEBHOOK_KEY_LABEL,
)
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import SYNC_TYPES, Sync
from vidra.apply.desired.digest import Digests
from vidra.apply.field_owner import hub_of
from vidra.apply.health.custom_rules import parse
from vidra.apply.health.evaluator import Verdicts
from vidra.apply.inventory_pieces import StoredPiece
from vidra.apply.inventory_reading import new_pieces
from vidra.clusters.registry import Clusters
from vidra.controllers.runtime.client_metrics import ClusterUpCollector, RequestCollector
from vidra.controllers.runtime.content_store import ContentStore, kept_for
from vidra.controllers.runtime.context import ControllerContext, shard_key, sync_of
from vidra.controllers.runtime.delivery_trace import DeliveryTracer
from vidra.controllers.runtime.digest_key import installed_digests
from vidra.controllers.runtime.ignored_secrets import IgnoredSecrets
from vidra.controllers.runtime.inventory_store import InventoryStore
from vidra.controllers.runtime.sealed_statuses import SealedStatuses
from vidra.controllers.runtime.settings_watch import SettingsWatch
from vidra.controllers.runtime.sharding import OwnedItems, ShardAssignment
from vidra.controllers.runtime.state_metrics import StateCollector
from vidra.controllers.sync.webhooks.dispatch import WebhookDispatcher
from vidra.controllers.sync.webhooks.event import SourceEvent
from vidra.kube.event_recorder import Recorder
from vidra.kube.lease import Lease
from vidra.kube.store import HasMeta, Portion, Store, kind_and_name
from vidra.kube.types import ConfigMap, PartialObjectMetadata, Secret
from vidra.kube.watch import EventSink, Watch
from vidra.manager.bootstrap import cluster_identity, definitions_served, ensure_namespace
from vidra.manager.event_relay import Relay
from vidra.manager.options import Options
from vidra.manager.other_operators import OtherOperators
from vidra.manager.shard_leases import Shards
from vidra.manager.shard_runner import ShardRunner
from vidra.render.process import ProcessRenderer
from vidra.sources.hosts import AllowedHosts
from vidra.sources.kinds import sources_of
from vidra.sources.lent import Lent
from vidra.telemetry.http_requests import RequestCounter
from vidra.telemetry.logging import set_level
from vidra.telemetry.metrics import Metrics

log = structlog.get_logger("vidra.manager")

T = TypeVar("T", bound=HasMeta)

DEAF = 180.0
"""Seconds without an event about Vidra's own resources after which the process is not ready. If nothing changes, the
server sends a bookmark about once a minute; a watch that is silent for two minutes is restarted."""


class Manager:
    """Stores, watches and controllers of one process."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._syncs: Store[Sync] = Store(key=lambda sync: sync.key)
        self._resources: Store[VidraResource] = Store(index=sync_of)
        self._infrahub_secrets: Store[Secret] = Store()
        self._manifests: Store[ConfigMap | Secret] = Store(key=kind_and_name)
        self._values: Store[ConfigMap | Secret] = Store(key=kind_and_name)
        self._renderer = ProcessRenderer()
        self._source_secrets: Store[Secret] = Store()
        self._keys: Store[Secret] = Store()
        self._cluster_secrets: Store[Secret] = Store()
        self._kept: Store[PartialObjectMetadata] = Store(index=kept_for)
        self._config_maps: Store[ConfigMap] = Store()
        self._calls: WebhookDispatcher | None = None
        self.webhook_secrets: Store[Secret] = Store()
        """Secrets with webhook keys."""
        self._own: list[Watch[Any]] = []
        self._relay = Relay()
        self._verdicts = Verdicts()
        self._rules = ""
        self._level = options.log_level
        self._clusters = Clusters(
            options.connection, options.counting, self._cluster_secrets, self._relay, self._verdicts
        )
        self._client = self._clusters.local.client
        self._inventories = InventoryStore(self._client, options.namespace, self._resources, new_pieces())
        self._recorder = Recorder(self._client)
        self._infrahub_traffic, self._source_traffic = RequestCounter(), RequestCounter()
        self._share = ShardAssignment(options.shards)
        self.metrics = Metrics()
        register = self.metrics.registry.register
        register(RequestCollector("rest_client_requests", "Requests to API servers.", self._clusters.traffic))
        register(RequestCollector("vidra_infrahub_requests", "Requests to Infrahubs.", self._infrahub_traffic))
        register(RequestCollector("vidra_source_requests", "Requests to other sources.", self._source_traffic))
        self._delivery_tracer = DeliveryTracer(self.metrics, options.tracing)
        self.ready = asyncio.Event()
        """Set once all stores have synced and, with leader election, while the Lease is held or waited for."""

    async def run(self) -> None:
        """Run until cancelled.

        Raises:
            LeaseLostError: Another process may be working now: this one must end.
        """
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._serve(), name="operator")
                group.create_task(self._recorder.run(), name="events")
        finally:
            self.ready.clear()
            await self.close()

    @property
    def deaf(self) -> str:
        """The kinds of Vidra's own resources whose watches were silent for too long; empty when none was."""
        return ", ".join(sorted({watch.path for watch in self._own if watch.silent > DEAF}))

    @property
    def hears(self) -> bool:
        """Whether the syncs are known, so that events of sources can be accepted."""
        return self._calls is not None and self.ready.is_set()

    def hear(self, event: SourceEvent) -> bool:
        """Request a poll of the syncs that an event concerns; returns whether there are any."""
        return self._calls is not None and self._calls.dispatch(event)

    async def close(self) -> None:
        """Close every connection; `run` does it at its end."""
        self._delivery_tracer.close()
        await self._options.tracing.close()
        await self._renderer.close()
        await self._clusters.close()

    async def _serve(self) -> None:
        self._clusters.home.uid = await cluster_identity(self._client)
        hub = hub_of(self._clusters.home.uid)
        await ensure_namespace(self._client, self._options.namespace)
        await definitions_served(self._client)
        async with asyncio.TaskGroup() as group:
            self._watch_everything(group)
            if not self._options.leader_elect:
                group.create_task(self._company().run(), name="other operators")
            await self._everything_read()
            digests = await installed_digests(self._client, self._options.namespace)
            self.ready.set()
            log.info("ready", syncs=len(self._syncs), resources=len(self._resources), hub=hub)
            await self._control(hub, digests)

    async def _control(self, hub: str, digests: Digests) -> None:
        """Run the controllers over everything, or over the shards of this replica."""
        config = SettingsWatch(self._config_maps, self._options.namespace, self._recorder)
        seals = SealedStatuses(digests, lambda item: shard_key(item) in self._share)
        self._inventories.believed = seals.believed
        self._resources.admit(seals.admit)
        shared = ControllerContext(
            client=self._client,
            hub=hub,
            namespace=self._options.namespace,
            syncs=self._syncs,
            resources=self._resources,
            kept=self._kept,
            clusters=self._clusters,
            cluster_secrets=self._cluster_secrets,
            overlooked=IgnoredSecrets(self._client, self._options.counting),
            content=ContentStore(self._client, self._options.namespace, self._kept),
            inventories=self._inventories,
            digests=digests,
            seals=seals,
            recorder=self._recorder,
            settings=lambda: config.settings,
            metrics=self.metrics,
            share=self._share,
            delivery_tracer=self._delivery_tracer,
            renderer=self._renderer,
            values=self._values,
        )
        async with sources_of(self._lent(config)) as sources:
            await self._run_controllers(shared, config, ShardRunner(shared, sources))

    async def _run_controllers(self, shared: ControllerContext, config: SettingsWatch, part: ShardRunner) -> None:
        self._relay.to = part.resources.watches
        config.listen(lambda: self._judge_by(config.settings.health_rules))
        self._judge_by(config.settings.health_rules)
        config.listen(lambda: self._log_from(config.settings.log_level))
        self._log_from(config.settings.log_level)
        config.listen(part.enqueue_all)
        # Each replica counts its own resources, so the sums over all replicas are right.
        syncs = OwnedItems(self._syncs, lambda sync: sync.key, self._share)
        resources = OwnedItems(self._resources, shard_key, self._share)
        with self.metrics.showing(
            StateCollector(syncs, resources, self._clusters.__len__), ClusterUpCollector(self._clusters)
        ):
            await self._work_and_hear(
                WebhookDispatcher(shared, part.syncs.watches) if self._options.webhooks else None, part
            )

    async def _work_and_hear(self, calls: WebhookDispatcher | None, part: ShardRunner) -> None:
        """Run the controllers, and receive Infrahub's events meanwhile."""
        self._calls = calls
        async with asyncio.TaskGroup() as group:
            if calls is not None:
                group.create_task(calls.queue.run(), name="webhooks")
            await self._work(part)

    async def _work(self, part: ShardRunner) -> None:
        """Work on everything, or on the shards whose Leases are held."""
        options = self._options
        if not options.leader_elect:
            await part.start_shard(0)
            await part.run()
            return
        self.metrics.leading.labels(options.lease_name).set_function(lambda: bool(self._share.held))
        shards = Shards(self._client, options.namespace, options.lease_name, options.shards, part)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(shards.run(), name="leases")
                group.create_task(part.run(), name="controllers")
        finally:
            await shards.release()

    def _lent(self, config: SettingsWatch) -> Lent:
        return Lent(
            client=self._client,
            namespace=self._options.namespace,
            syncs=self._syncs,
            infrahub_secrets=self._infrahub_secrets,
            secrets=self._source_secrets,
            manifests=self._manifests,
            keys=self._keys,
            query=lambda: config.settings.query_name,
            hosts=AllowedHosts(self._options.source_hosts, self._clusters.servers),
            limits=self._options.source_limits,
            max_units=self._options.max_artifacts,
            infrahub_traffic=self._infrahub_traffic,
            traffic=self._source_traffic,
        )

    def _company(self) -> OtherOperators:
        return OtherOperators(
            self._client,
            self._options.namespace,
            self._options.lease_name,
            tell=self._not_alone,
            count=self.metrics.others.set,
        )

    def _not_alone(self, lease: Lease, who: str) -> None:
        """Report that another operator does, or reverts, what this one does."""
        message = (
            f"another operator, {who}, works in the namespace {self._options.namespace} as well, and each sees the "
            "writes of the other as drift: stop one of them, or start all of them with --leader-elect"
        )
        self._recorder.say(lease, "Warning", Reason.OTHER_OPERATOR, message)
        log.warning("not alone", other=who, namespace=self._options.namespace, hint="--leader-elect")

    def _judge_by(self, text: str) -> None:
        """Use these health rules of users, in addition to Vidra's own."""
        if text != self._rules:
            self._rules = text
            self._verdicts.rules, _ = parse(text)
            self._clusters.reevaluate_health()

    def _log_from(self, level: str) -> None:
        """Set the log level; if none is given, the one from the start."""
        level = level or self._options.log_level
        if level != self._level:
            self._level = level
            set_level(level)
            log.info("log level", least=level)

    def _watch_everything(self, group: asyncio.TaskGroup) -> None:
        core = f"/api/v1/namespaces/{self._options.namespace}"
        labelled: tuple[tuple[Store[Any], str], ...] = (
            (self._manifests, MANIFESTS_LABEL),
            (self._values, VALUES_LABEL),
        )  # of two kinds, each with its watches
        self._watches = [
            *(
                self._watch(group, PATHS[kind.KIND], kind, Portion(self._syncs, partial(_is_a, kind)))
                for kind in SYNC_TYPES
            ),
            self._watch(group, f"/apis/{API_VERSION}/{RESOURCE_PLURAL}", VidraResource, self._resources),
            *self._watch_secrets(group, self._infrahub_secrets, INFRAHUB_LABEL),
            *self._watch_secrets(group, self._source_secrets, SOURCE_LABEL),
            *self._watch_secrets(group, self._keys, KEYS_LABEL),
            *self._watch_secrets(group, self._cluster_secrets, CLUSTER_LABEL),
            self._watch(
                group, f"{core}/secrets", PartialObjectMetadata, self._kept, RESOURCE_LABEL, metadata_only=True
            ),
            *(
                self._watch(group, f"{core}/configmaps", ConfigMap, Portion(store, partial(_is_a, ConfigMap)), label)
                for store, label in labelled
            ),
            *(watch for store, label in labelled for watch in self._watch_secrets(group, store, label)),
            self._watch(group, f"{core}/configmaps", ConfigMap, self._config_maps, f"{CONFIG_LABEL}={CONFIG_VALUE}"),
            self._watch(group, f"{core}/configmaps", StoredPiece, self._inventories.pieces, INVENTORY_LABEL),
        ]
        if self._options.webhooks:
            keys = self._watch(group, f"{core}/secrets", Secret, self.webhook_secrets, WEBHOOK_KEY_LABEL)
            self._watches.append(keys)

    def _watch_secrets(self, group: asyncio.TaskGroup, store: Store[Any], label: str) -> list[asyncio.Event]:
        """Only in the namespaces that count: who may write such a Secret decides which identity Vidra uses."""
        return [
            self._watch(
                group,
                f"/api/v1/namespaces/{namespace}/secrets",
                Secret,
                Portion(store, partial(_is_a, Secret, namespace=namespace)),
                label,
            )
            for namespace in self._options.counting
        ]

    def _watch(
        self,
        group: asyncio.TaskGroup,
        path: str,
        kind: type[T],
        sink: EventSink[T],
        selector: str = "",
        *,
        metadata_only: bool = False,
    ) -> asyncio.Event:
        watch = Watch(self._client, path, kind, sink, selector=selector, metadata_only=metadata_only)
        self._own.append(watch)
        group.create_task(watch.run(), name=f"watch {path} {selector}")
        return watch.synced

    async def _everything_read(self) -> None:
        for synced in self._watches:
            await synced.wait()


def _is_a(kind: type[HasMeta], item: HasMeta, namespace: str = "") -> bool:
    """Whether the watch of a kind, in one namespace or in all, is about an object."""
    return isinstance(item, kind) and namespace in {"", item.metadata.namespace}
