"""What Infrahub is told of one artifact in one cluster: pure."""

from __future__ import annotations

from vidra.api.conditions import ConditionType, find
from vidra.api.names import LOCAL_SERVER
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.controllers.sync.artifacts.diff import artifact_of
from vidra.sources.infrahub.deliveries import Delivery

LONGEST = 500
"""Characters of a message."""


def wants_report(sync: Sync) -> bool:
    """Whether Infrahub is to be told about a sync's artifacts."""
    source = sync.source.infrahub
    return source is not None and source.write_back


def delivery_of(hub: str, sync: Sync, resource: VidraResource) -> Delivery:
    """The state of a VidraResource, in the words of its status, which hold no secret.

    It is the last one that was reached: what is only on its way to another is not reported.
    """
    condition = find(resource.status.conditions, ConditionType.READY)
    message = condition.message if condition else ""
    return Delivery(
        key=f"{hub}/{resource.metadata.name}",
        vidra=hub,
        sync=sync.key,
        artifact=artifact_of(resource),
        server=resource.spec.destination.server or LOCAL_SERVER,
        checksum=resource.status.applied_checksum,
        ready=condition is not None and condition.status == "True",
        reason=str(condition.reason) if condition else "",
        message=message if len(message) <= LONGEST else f"{message[: LONGEST - 1]}…",
        health=str(resource.status.health or ""),
        objects=resource.status.objects,
        since=condition.last_transition_time if condition else "",
    )
