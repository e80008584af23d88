"""Divides the shards between replicas, by one Lease for each shard."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Protocol

import structlog

from vidra.apply.field_owner import hashed
from vidra.common.backoff import between
from vidra.kube import leader_election
from vidra.kube.client import Client
from vidra.kube.errors import KubeError
from vidra.kube.leader_election import LeaderElector, LeaseObserver, new_identity
from vidra.kube.lease import Lease, Leases, leases_path
from vidra.kube.operations import delete


def fair_share(me: str, replicas: Collection[str], held: Mapping[str, int], shards: int) -> int:
    """The number of shards for this replica: as even as possible, with as few moves as possible.

    Args:
        replicas: Identities of all running replicas; this one may be missing.
        held: Number of shards that each of them holds now; those with most keep the remainder of an uneven division.
    """
    ranked = sorted({*replicas, me}, key=lambda name: (-held.get(name, 0), name))
    each, rest = divmod(shards, len(ranked))
    return each + (ranked.index(me) < rest)


log = structlog.get_logger("vidra.lease")

JITTER = 0.2
"""Jitter: share of the time between two rounds by which one may be longer."""


class Work(Protocol):
    """Starts and stops the work on a shard."""

    async def start_shard(self, shard: int) -> None:
        """Start: the shard's Lease is held."""
        ...

    async def stop_shard(self, shard: int) -> None:
        """Stop, and return when nothing of the shard is running any more: its Lease will be released."""
        ...


class Shards:
    """The Leases of one replica."""

    def __init__(self, client: Client, namespace: str, name: str, count: int, work: Work) -> None:
        self._client = client
        self._path = leases_path(namespace)
        self._namespace = namespace
        self._work = work
        self._identity = new_identity()
        self._sightings = LeaseObserver()
        self._names = [name] if count == 1 else [f"{name}-{shard + 1}-of-{count}" for shard in range(count)]
        self._shards = [self._lease(each) for each in self._names]
        self._of_shards = re.compile(rf"{re.escape(name)}(-\d+-of-\d+)?")
        self._of_replicas = f"{name}-replica-"
        self._replica = self._lease(self._of_replicas + hashed(self._identity))
        self._keeping: dict[int, asyncio.Task[None]] = {}
        """The tasks that renew held Leases, by shard."""
        self._told = ""

    async def run(self) -> None:
        """Hold this replica's shards until cancelled.

        Raises:
            LeaseLostError: Another replica may be working on this one's shards: the process must end.
        """
        async with asyncio.TaskGroup() as group:
            if len(self._shards) > 1:
                await self._replica.take()
                group.create_task(self._replica.keep(), name="lease of this replica")
            while True:
                try:
                    await self._round(group)
                except KubeError as error:
                    log.warning("leases not read", error=str(error))
                await asyncio.sleep(leader_election.RETRY * between(1, 1 + JITTER))

    async def release(self) -> None:
        """Release the Leases, so that others continue at once; best effort. Nothing is running any more."""
        await asyncio.gather(*(self._shards[shard].release() for shard in self._keeping), self._replica.release())

    def _lease(self, name: str) -> LeaderElector:
        return LeaderElector(self._client, self._namespace, name, self._identity, self._sightings)

    async def _round(self, group: asyncio.TaskGroup) -> None:
        """Take a free shard, or give up a surplus one."""
        holders = await self._holders()
        wanted = self._wanted(holders)
        while len(self._keeping) > wanted:
            await self._give_up(max(self._keeping))
        free = [shard for shard, name in enumerate(self._names) if name not in holders and shard not in self._keeping]
        random.shuffle(free)  # two replicas that take at the same time should choose different ones
        for shard in free:
            if len(self._keeping) < wanted:
                await self._take(shard, group)
        if not self._keeping:
            held = sorted(
                f"{name} is held by {who}" for name, who in holders.items() if self._of_shards.fullmatch(name)
            )
            self._tell(", ".join(held))

    async def _holders(self) -> dict[str, str]:
        """The holders of all Leases of Vidra's replicas now."""
        answer = await self._client.get(self._path, Leases)
        holders: dict[str, str] = {}
        for lease in answer.items:
            holder = self._sightings.holder(lease)
            if holder:
                holders[lease.metadata.name] = holder
            elif lease.metadata.name.startswith(self._of_replicas):
                await self._clear(lease)
        return holders

    async def _clear(self, lease: Lease) -> None:
        """Delete the Lease of a replica that ended."""
        await delete(self._client, f"{self._path}/{lease.metadata.name}", uid=lease.metadata.uid)

    def _wanted(self, holders: Mapping[str, str]) -> int:
        """How many shards this replica should have; 0 while other replicas use another number of shards."""
        if self._others(holders):
            return 0
        if len(self._names) == 1:
            return 1
        replicas = {holder for name, holder in holders.items() if name.startswith(self._of_replicas)}
        held = Counter(holders[name] for name in self._names if name in holders)
        return fair_share(self._identity, replicas, held, len(self._names))

    def _others(self, holders: Mapping[str, str]) -> list[str]:
        """Leases of another number of shards: their holders work on names of any shard of this one."""
        return [name for name in holders if self._of_shards.fullmatch(name) and name not in self._names]

    async def _take(self, shard: int, group: asyncio.TaskGroup) -> None:
        lease = self._shards[shard]
        if not await lease.take():
            return
        # A replica that takes with another number at the same moment now sees this one, or is seen.
        if others := self._others(await self._holders()):
            await lease.release()
            self._tell(f"{', '.join(others)} came first")
            return
        self._keeping[shard] = group.create_task(lease.keep(), name=f"lease of {self._names[shard]}")
        log.info("leading", lease=self._names[shard], identity=self._identity)
        await self._work.start_shard(shard)

    async def _give_up(self, shard: int) -> None:
        await self._work.stop_shard(shard)
        self._keeping.pop(shard).cancel()
        await self._shards[shard].release()
        log.info("released", lease=self._names[shard])

    def _tell(self, why: str) -> None:
        if why != self._told:
            log.info("standing by", why=why)
            self._told = why
