"""The Events that Vidra wrote, oldest first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from vidra.api.resource import VidraResource
from vidra.controllers.runtime.context import sync_of
from vidra.kube.client import Client
from vidra.views.hub_objects import resources

Json = dict[str, Any]


async def events(client: Client, names: Collection[str], *, warnings: bool) -> list[Json]:
    """Those about syncs and VidraResources, with the name of a sync also those about its VidraResources.

    Args:
        names: May have a kind before them; none: everything.
        warnings: Warnings only.

    Raises:
        KubeError: They cannot be seen.
    """
    query = {"fieldSelector": "reportingComponent=vidra"}
    listing: Json = await client.get("/api/v1/events", dict, query=query)
    found = [{"apiVersion": "v1", "kind": "Event", **item} for item in listing["items"]]
    about = about_names(names, await resources(client)) if names else None
    return selected(found, about, warnings=warnings)


def selected(found: Iterable[Json], about: Collection[str] | None, *, warnings: bool) -> list[Json]:
    """The Events that are wanted, oldest first.

    Args:
        about: Names of what they may be about; None: anything.
    """
    wanted = [
        item
        for item in found
        if (about is None or item["involvedObject"].get("name") in about)
        and (not warnings or item.get("type") == "Warning")
    ]
    return sorted(wanted, key=moment)


def about_names(names: Iterable[str], made: Iterable[VidraResource]) -> set[str]:
    """These names without kinds, and those of the VidraResources that such a sync made."""
    given = {name.rpartition("/")[2] for name in names}
    return given | {item.metadata.name for item in made if sync_of(item).rpartition("/")[2] in given}


def moment(item: Json) -> str:
    """When an Event was seen last (RFC 3339)."""
    return str(item.get("lastTimestamp") or item.get("eventTime") or item["metadata"].get("creationTimestamp") or "")
