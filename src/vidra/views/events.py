"""The Events that Vidra wrote, oldest first."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from typing import Any

from vidra.api.names import RESOURCE_KIND
from vidra.api.resource import VidraResource
from vidra.api.sync import kind_and_name
from vidra.controllers.runtime.context import sync_of
from vidra.kube.client import Client
from vidra.views.errors import ViewError
from vidra.views.hub_objects import resources, syncs
from vidra.views.name_forms import means, short, split, unknown

Json = dict[str, Any]
Subject = tuple[str, str]
"""Kind and name; without a kind: of any."""
PATH = "/api/v1/events"
OF_VIDRA = {"fieldSelector": "reportingComponent=vidra"}


async def events(client: Client, names: Collection[str], *, warnings: bool) -> list[Json]:
    """Those about syncs and VidraResources, with the name of a sync also those about its VidraResources.

    Args:
        names: May have a kind before them; none: everything.
        warnings: Warnings only.

    Raises:
        ViewError: There is nothing of such a name, not even an Event about it.
        KubeError: They cannot be seen.
    """
    listing: Json = await client.get(PATH, dict, query=OF_VIDRA)
    found = list(map(typed, listing["items"]))
    about = None
    if names:
        made, known = await asyncio.gather(resources(client), syncs(client))
        about = subjects(names, made)
        existing = {item.metadata.name for item in made} | {item.metadata.name for item in known}
        existing |= {item["involvedObject"]["name"] for item in found}
        for name in (given.rpartition("/")[2] for given in names):
            if name not in existing and name not in map(short, existing):
                raise ViewError(unknown(name, existing))
    return selected(found, about, warnings=warnings)


class About:
    """Whether Events that come one by one are about what was named; a sync may make VidraResources meanwhile."""

    def __init__(self, client: Client, names: Collection[str]) -> None:
        self._client = client
        self._names = names
        self._known: dict[Subject, bool] = {}

    async def takes(self, item: Json) -> bool:
        """Whether this one is; one listing for each name that was not seen yet.

        Raises:
            KubeError: It cannot be seen.
        """
        if not self._names:
            return True
        involved = item["involvedObject"]
        subject = (str(involved.get("kind")), str(involved.get("name")))
        if subject not in self._known:
            self._known[subject] = _is_about(involved, subjects(self._names, await resources(self._client)))
        return self._known[subject]


def typed(item: Json) -> Json:
    """An Event with kind and version, which those in a list lack."""
    return {"apiVersion": "v1", "kind": "Event", **item}


def selected(found: Iterable[Json], about: Collection[Subject] | None, *, warnings: bool) -> list[Json]:
    """The Events that are wanted, oldest first.

    Args:
        about: What they may be about; None: anything.
    """
    wanted = [
        item
        for item in found
        if (about is None or _is_about(item["involvedObject"], about))
        and (not warnings or item.get("type") == "Warning")
    ]
    return sorted(wanted, key=moment)


def subjects(names: Collection[str], made: Iterable[VidraResource]) -> set[Subject]:
    """What these names mean, and with a sync the VidraResources that it made; two syncs of one name are not mixed.

    Raises:
        BadNameError: One of them cannot be a name.
    """
    meant = {
        (RESOURCE_KIND, item.metadata.name)
        for item in made
        for name in names
        if means(name, RESOURCE_KIND, item.metadata.name) or _made_by(item, name)
    }
    return meant | {split(name) for name in names}


def _made_by(item: VidraResource, name: str) -> bool:
    key = sync_of(item)
    return bool(key) and means(name, *kind_and_name(key))


def _is_about(involved: Json, about: Collection[Subject]) -> bool:
    name = str(involved.get("name"))
    return (str(involved.get("kind")), name) in about or ("", name) in about


def moment(item: Json) -> str:
    """When an Event was seen last (RFC 3339)."""
    return str(item.get("lastTimestamp") or item.get("eventTime") or item["metadata"].get("creationTimestamp") or "")
