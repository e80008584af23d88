"""What there is in the cluster, as far as a story has a part in it."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from testkit.environment import RESOURCES, SYNCS, condition, is_ready
from testkit.model.expected_state import Key
from testkit.model.kinds import BY_LETTER, BY_NAME
from testkit.model.world import World
from vidra.api.names import OWNER_PREFIX, RESOURCE_LABEL

Json = dict[str, Any]


class Found(msgspec.Struct, frozen=True):
    """An object as it is."""

    uid: str
    data: dict[str, str]
    labels: dict[str, str]
    owners: frozenset[str]
    """VidraResources that its annotations name."""
    managers: frozenset[str]
    """Field managers that are Vidra's."""
    terminating: bool


class Resource(msgspec.Struct, frozen=True):
    """A VidraResource as it is."""

    inventory: frozenset[Key]
    uids: frozenset[str]
    """Those of the objects that its inventory records."""
    ready: bool
    says: str
    terminating: bool
    secrets: frozenset[str]


class Look(msgspec.Struct, frozen=True):
    """One look at everything."""

    objects: dict[Key, Found]
    resources: dict[str, Resource]
    syncs: dict[str, Json]
    contents: dict[str, str]
    """Secrets with stored texts, with the hash of their VidraResource."""

    @property
    def recorded(self) -> frozenset[str]:
        """The UIDs that inventories record."""
        return frozenset[str]().union(*(item.uids for item in self.resources.values()))


async def look(world: World, prefix: str) -> Look:
    """Everything of a story. VidraResources are read before and after the objects: each entry of either counts."""
    before = await _items(world, RESOURCES.path())
    spaces = [(kind, f"{prefix}-{end}") for kind in BY_LETTER.values() if kind.name != "Namespace" for end in "ab"]
    spaces.append((BY_NAME["Namespace"], ""))
    answers = await asyncio.gather(*(_items(world, kind.path(namespace)) for kind, namespace in spaces))
    after, syncs, contents = await asyncio.gather(
        _items(world, RESOURCES.path()), _items(world, SYNCS.path()), _items(world, _CONTENTS)
    )
    objects = {
        Key(kind.name, item["metadata"].get("namespace", ""), item["metadata"]["name"]): _found(kind.name, item)
        for (kind, _), items in zip(spaces, answers, strict=True)
        for item in items
        if kind.name != "Namespace" or item["metadata"]["name"].startswith(f"{prefix}-n")
    }
    resources = {**_resources(before, prefix), **_resources(after, prefix)}
    earlier = _resources(before, prefix)
    for name, item in resources.items():
        if name in earlier:
            resources[name] = msgspec.structs.replace(item, inventory=item.inventory | earlier[name].inventory)
    mine = {item["metadata"]["name"]: item for item in syncs if item["metadata"]["name"].startswith(f"{prefix}-")}
    kept = {item["metadata"]["name"]: item["metadata"]["labels"][RESOURCE_LABEL] for item in contents}
    return Look(objects, resources, mine, kept)


_CONTENTS = f"/api/v1/namespaces/vidra-system/secrets?labelSelector={RESOURCE_LABEL}"


async def _items(world: World, path: str) -> list[Json]:
    listing: Json = await world.client.get(path.partition("?")[0], Json, query=_query(path))
    return list(listing["items"])


def _query(path: str) -> dict[str, str]:
    name, _, value = path.partition("?")[2].partition("=")
    return {name: value} if name else {}


def managers_of(item: Json) -> frozenset[str]:
    """The field managers of an object that are Vidra's."""
    names = {entry.get("manager", "") for entry in item["metadata"].get("managedFields", [])}
    return frozenset(name for name in names if name.startswith("vidra:"))


def _found(kind: str, item: Json) -> Found:
    metadata = item["metadata"]
    annotations = metadata.get("annotations", {})
    return Found(
        uid=metadata["uid"],
        data=BY_NAME[kind].read(item),
        labels=metadata.get("labels", {}),
        owners=frozenset(value for name, value in annotations.items() if name.startswith(OWNER_PREFIX)),
        managers=managers_of(item),
        terminating="deletionTimestamp" in metadata,
    )


def _listed(item: Json) -> list[Json]:
    """The inventory: that of the status, or before the first status what was announced with the VidraResource."""
    if status := item.get("status", {}):
        return list(status.get("managedResources", []))
    return list(item["spec"].get("announced", {}).get("objects", []))


def _resources(items: list[Json], prefix: str) -> dict[str, Resource]:
    return {
        item["metadata"]["name"]: Resource(
            inventory=frozenset(
                Key(entry["kind"], entry.get("namespace", ""), entry["name"]) for entry in _listed(item)
            ),
            uids=frozenset(entry.get("uid", "") for entry in item.get("status", {}).get("managedResources", [])),
            ready=is_ready(item),
            says="{reason}: {message}".format(**({"reason": "", "message": ""} | condition(item))),
            terminating="deletionTimestamp" in item["metadata"],
            secrets=frozenset(item["spec"].get("content", {}).get("secrets", ())),
        )
        for item in items
        if item["metadata"]["name"].startswith(f"{prefix}-")
    }
