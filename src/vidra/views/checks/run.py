"""All checks, in the order in which one needs the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from typing import NamedTuple

from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.controllers.runtime.settings import chosen, read
from vidra.kube.client import Client
from vidra.kube.errors import KubeError
from vidra.kube.types import ConfigMap, Secret
from vidra.views import hub_objects
from vidra.views.checks.bounded import bounded
from vidra.views.checks.cluster import check_cluster, check_definitions
from vidra.views.checks.destinations import check_destinations
from vidra.views.checks.finding import Finding
from vidra.views.checks.ignored_secrets import elsewhere, unseen
from vidra.views.checks.operator import check_operator
from vidra.views.checks.part import Part
from vidra.views.checks.rights import check_rights
from vidra.views.checks.sources import check_sources
from vidra.views.errors import ViewError
from vidra.views.lent import lent

_READ = {Part.SETTINGS, Part.SOURCES, Part.DESTINATIONS}
"""What needs the syncs, Secrets and settings."""


class Content(NamedTuple):
    """What Vidra reads from the cluster that it runs in."""

    config_maps: list[ConfigMap]
    cluster_secrets: list[Secret]
    syncs: list[Sync]
    resources: list[VidraResource]


async def run_checks(
    client: Client,
    account: str,
    namespaces: Sequence[str],
    parts: Collection[Part] = (),
    *,
    hosts: Sequence[str] = (),
) -> AsyncIterator[Finding]:
    """The findings as they come; checks that need an earlier one that failed are left out.

    Args:
        account: Whose rights to check, as namespace:name of a ServiceAccount; empty: the caller's.
        namespaces: Those whose Secrets count, Vidra's own first.
        parts: Only these; none: all.
        hosts: Those that sources may be read from; none: all but those that are never meant.
    """
    wanted = parts or tuple(Part)
    async for finding in _checks(client, account, namespaces, wanted, hosts):
        if finding.part in wanted or finding.result == "problem":
            yield finding


async def _checks(
    client: Client, account: str, namespaces: Sequence[str], wanted: Collection[Part], hosts: Sequence[str]
) -> AsyncIterator[Finding]:
    cluster = await bounded(Part.SERVER, f"API server {client.connection.server}", check_cluster(client))
    yield cluster
    if cluster.result == "problem":
        return
    definitions = await bounded(Part.CRDS, "CRDs", check_definitions(client))
    yield definitions
    if Part.OPERATOR in wanted:
        yield await bounded(Part.OPERATOR, "operator", check_operator(client, namespaces[0]))
    if Part.RIGHTS in wanted:
        yield await bounded(Part.RIGHTS, "rights", check_rights(client, account, namespaces))
    if definitions.result == "problem" or not set(wanted) & _READ:
        return
    try:
        content = await _read(client, namespaces)
    except (KubeError, ViewError) as error:
        yield Finding("what Vidra reads", "problem", str(error), Part.SETTINGS)
        return
    for message in await _elsewhere(client, namespaces):
        yield Finding("elsewhere", "unknown", message, Part.SETTINGS)
    async for finding in _of_content(client, content, namespaces, wanted, hosts):
        yield finding


async def _read(client: Client, namespaces: Sequence[str]) -> Content:
    return Content(
        *await asyncio.gather(
            hub_objects.config_maps(client, namespaces[0]),
            hub_objects.cluster_secrets(client, namespaces),
            hub_objects.syncs(client),
            hub_objects.resources(client),
        )
    )


async def _elsewhere(client: Client, namespaces: Sequence[str]) -> list[str]:
    """Findings about what has Vidra's label and is ignored. Whether that is intended is not known here."""
    try:
        return await elsewhere(client, namespaces, namespaces[0])
    except KubeError as error:
        return [unseen(error)]


async def _of_content(
    client: Client, content: Content, namespaces: Sequence[str], wanted: Collection[Part], hosts: Sequence[str]
) -> AsyncIterator[Finding]:
    namespace = namespaces[0]
    source = chosen(content.config_maps, namespace)
    settings, complaints = read(source.data if source else {})
    yield settings_finding(f"{source.metadata.namespace}/{source.metadata.name}" if source else "", complaints)
    if Part.SOURCES in wanted:
        known = await lent(client, namespaces, settings.query_name, hosts, reveal=True)
        async for finding in check_sources(content.syncs, known):
            yield finding
    if Part.DESTINATIONS in wanted:
        items: list[Sync | VidraResource] = [*content.syncs, *content.resources]
        async for finding in check_destinations(client.connection, namespace, content.cluster_secrets, items):
            yield finding


def settings_finding(source: str, complaints: Sequence[str]) -> Finding:
    """Whether the settings in force are right.

    Args:
        source: The ConfigMap, as namespace/name; empty when there is none.
        complaints: What is wrong with it.
    """
    if complaints:
        return Finding("settings", "problem", f"{source}: {'; '.join(complaints)}", Part.SETTINGS)
    return Finding(
        "settings",
        "ok",
        f"ConfigMap {source}" if source else "defaults: no ConfigMap is labelled app=vidra",
        Part.SETTINGS,
    )
