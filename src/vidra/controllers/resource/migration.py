"""The migration from Vidra 0.0.6: its inventory becomes this Vidra's before anything else is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from vidra.api.destination_server import is_local
from vidra.api.names import SYNC_LABEL
from vidra.api.resource import ManagedObject, ObjectProblem, VidraResource
from vidra.apply.desired.object import DesiredObject, Key
from vidra.apply.errors import ObjectError
from vidra.apply.field_owner import Owner
from vidra.apply.inventory import Inventory, entry_for, key_of, ref_of
from vidra.apply.inventory_reading import InventoryUnseenError
from vidra.apply.migration.migrator import LegacyObjectMigrator
from vidra.apply.migration.v006 import Meta
from vidra.clusters.cluster import Cluster
from vidra.controllers.runtime.context import sync_of
from vidra.kube.discovery import Kind, StaleDiscoveryError
from vidra.kube.run_all import together

Peers = Callable[[str], VidraResource | None]
"""Returns the VidraResource of a name."""


class LegacyMigration:
    """The objects of one VidraResource that Vidra 0.0.6 left in the destination's cluster.

    First `discover`, then the inventory is written, then `execute`. An object whose UID is in the inventory is known as
    owned, even if the process dies in the middle of its migration.
    """

    def __init__(self, cluster: Cluster, resource: VidraResource, owner: Owner, peers: Peers) -> None:
        self._cluster = cluster
        self._resource = resource
        self._peers = peers
        self._first = is_first(resource)
        self._owner = owner
        self._found: dict[Key, tuple[Kind, Meta]] = {}
        self.inventory = inventory_of(resource)
        """With a UID for every object that was found to be owned."""
        self.problems: list[ObjectProblem] = []
        self._stuck: set[Key] = set()

    @property
    def _migrator(self) -> LegacyObjectMigrator:
        cluster = self._cluster
        return LegacyObjectMigrator(cluster.client, cluster.observed, self._owner, self._resource.metadata.uid)

    async def discover(self, wanted: Mapping[Key, DesiredObject]) -> None:
        """Look at every object that this version has not applied yet.

        Raises:
            KubeError: The cluster does not answer, or refuses access.
        """
        known = self.inventory.entries
        # What was announced with the VidraResource is not of 0.0.6.
        listed = known.values() if self._resource.has_status else ()
        doubtful = [entry for entry in listed if not entry.revision and entry.server == self._cluster.server]
        looks = [self._look(entry, listed=True) for entry in doubtful]
        if self._first:
            # 0.0.6 wrote its inventory last: when it met a bad document, the objects before it were applied but not
            # listed.
            looks += [self._look(entry_for(item), listed=False) for key, item in wanted.items() if key not in known]
        entries = [entry for entry in await together(looks) if entry]
        if any(known.get(key_of(entry)) != entry for entry in entries):
            self.inventory = self.inventory.settled(entries, ())

    async def execute(self) -> None:
        """Migrate what was found. An object that cannot be migrated does not stop the others.

        Raises:
            KubeError: The cluster does not answer, or refuses access.
        """
        await together(self._migrate(key, kind, meta) for key, (kind, meta) in self._found.items())

    def migrated_only(self, stages: Iterable[Iterable[DesiredObject]]) -> list[list[DesiredObject]]:
        """The objects that may be applied: all but those that could not be migrated."""
        return [[item for item in stage if item.key not in self._stuck] for stage in stages]

    def current_entries(self, entries: Iterable[ManagedObject]) -> list[ManagedObject]:
        """These entries as they are now, without the objects that could not be migrated."""
        keys = [key_of(entry) for entry in entries]
        return [self.inventory.entries[key] for key in keys if key not in self._stuck]

    async def _look(self, entry: ManagedObject, *, listed: bool) -> ManagedObject | None:
        try:
            kind = await self._cluster.discovery.serving(entry.api_version, entry.kind)
        except StaleDiscoveryError:
            return None
        meta = await self._migrator.look(kind, entry) if kind else None
        if kind is None or meta is None:
            return None
        if not self._migrator.is_ours(meta, entry, first=self._first, listed=listed):
            return None
        self._found[key_of(entry)] = kind, meta
        if entry.uid:
            return entry
        return msgspec.structs.replace(entry, uid=meta.uid, joined=self._migrator.joined(meta, entry))

    async def _migrate(self, key: Key, kind: Kind, meta: Meta) -> None:
        entry = self.inventory.entries[key]
        try:
            await self._migrator.migration(kind, entry, meta, lambda name: self._has(name, key))
        except ObjectError as error:
            self._stuck.add(key)
            self.problems.append(ObjectProblem(error.reason, str(error), str(ref_of(entry))))

    def _has(self, name: str, key: Key) -> bool:
        """Whether another VidraResource owns the object too, and so takes care of it."""
        peer = self._peers(name)
        if peer is None or peer.metadata.name == self._resource.metadata.name:
            return False
        return not peer.is_inventory_seen or key in inventory_of(peer).entries


def is_first(resource: VidraResource) -> bool:
    """Whether the status is still what Vidra 0.0.6 left, except for a failure that this version may have added.

    It lists objects, but neither UIDs nor their number; or it has a state without conditions. A VidraResource that
    0.0.6 made for a sync lacks this version's label.
    """
    status = resource.status
    if status.deploy_state is None or status.objects or any(entry.uid for entry in status.managed_resources):
        return False
    if SYNC_LABEL in resource.metadata.labels:
        return False  # this version made it; its first status may list what was announced and nothing else
    return bool(status.managed_resources) or not status.conditions or bool(sync_of(resource))


def inventory_of(resource: VidraResource) -> Inventory:
    """The inventory. Entries of 0.0.6 name no cluster; they get the destination's.

    Raises:
        InventoryUnseenError: Something of it cannot be seen: then nothing may be decided by it.
    """
    if not resource.is_inventory_seen:
        raise InventoryUnseenError(f"the inventory of {resource.metadata.name} cannot be seen")
    entries = resource.inventory
    server = resource.spec.destination.server
    if is_local(server) or not is_first(resource):
        return Inventory.of(entries)
    return Inventory.of(msgspec.structs.replace(entry, server=server or "") for entry in entries)
