"""Lists the objects of a new VidraResource in the request that creates it.

Invariant: what is applied is listed before, so that no crash loses track of it (`apply/inventory.py`). For a new
VidraResource that would be a write of its own. Its sync knows the text and, mostly, what the objects are called in
their cluster; then it announces them. An announcement may be incomplete, or missing: before the first reconcile applies
an object that was not announced, it lists it in the status.
"""

from __future__ import annotations

from vidra.api.resource import AnnouncedObject, Announcement, ResourceSpec
from vidra.apply.desired.object import DesiredObject
from vidra.apply.field_owner import Owner
from vidra.clusters.cluster import Cluster
from vidra.clusters.errors import ClusterError
from vidra.clusters.impersonation import impersonation_of
from vidra.controllers.resource.apply.desired_state import build_desired_state
from vidra.controllers.runtime.context import ControllerContext
from vidra.controllers.runtime.event_loop import run_in_thread_if_large
from vidra.kube.errors import KubeError
from vidra.manifests import Reading, read

LONGEST = 32 << 10
"""Bytes of a text; beside the applies of a longer one, one write is little."""
OBJECTS = 50
"""Objects that an announcement holds."""


async def announcement(shared: ControllerContext, name: str, spec: ResourceSpec) -> Announcement | None:
    """What a new VidraResource is about to apply, as its first reconcile will find it; None when that is not known.

    Others wait for what is announced before they remove it. So nothing is announced that may have to wait for long.

    Args:
        name: Of the VidraResource.
    """
    text = shared.content.cached(spec.content) if spec.content else None
    if text is None or len(text) > LONGEST or spec.depends_on:
        return None
    reading = await run_in_thread_if_large(len(text), lambda: read(text))
    if not 0 < len(reading.objects) <= OBJECTS:
        return None
    try:
        cluster = _cluster(shared, spec)
        if not _answers_at_once(cluster, reading):
            return None
        wanted = await build_desired_state(reading, spec, cluster, Owner(shared.hub, name), shared.digests)
    except (ClusterError, KubeError):
        return None
    objects = tuple(_announced(item) for item in wanted.objects.values())
    return Announcement(name, objects) if objects else None


def _announced(item: DesiredObject) -> AnnouncedObject:
    ref = item.ref
    return AnnouncedObject(ref.api_version, ref.kind, ref.name, ref.namespace, item.server, item.wave)


def _cluster(shared: ControllerContext, spec: ResourceSpec) -> Cluster:
    """The cluster of a destination.

    Raises:
        ClusterError: There is none, or no usable identity for it.
    """
    destination = spec.destination
    return shared.clusters.get(destination.server, destination.context or "", impersonation_of(spec))


def _answers_at_once(cluster: Cluster, reading: Reading) -> bool:
    """Whether the kinds can be found without waiting for another cluster than the one that Vidra runs in."""
    if not cluster.server:
        return True
    known = (cluster.discovery.known(item.ref.api_version, item.ref.kind) for item in reading.objects)
    return cluster.breaker.available is True and all(known)
