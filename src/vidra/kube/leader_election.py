"""Leader election over a Lease (coordination.k8s.io/v1), as in client-go: without the Lease nobody writes."""

from __future__ import annotations

import asyncio
import os
import uuid
from datetime import UTC, datetime

import msgspec
import structlog

from vidra.api.meta import Meta
from vidra.api.times import micro_time
from vidra.kube.client import Client, encode
from vidra.kube.decode import decode
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.lease import Lease, LeaseSpec, leases_path, with_version

log = structlog.get_logger("vidra.lease")

DURATION = 15.0
"""Seconds after its last renewal at which others may take a Lease."""
RENEW_WITHIN = 10.0
"""Seconds without a renewal after which the holder stops working: well before another may start."""
RETRY = 2.0
RELEASE_WITHIN = 1.0
"""Seconds that an ending process spends on releasing its Lease."""


class LeaseLostError(Exception):
    """Another process holds the Lease, or may hold it because it was not renewed in time."""


def new_identity() -> str:
    """A unique name for this process, beginning with the Pod's name."""
    return f"{os.uname().nodename}_{uuid.uuid4()}"


class LeaseObserver:
    """When each Lease was last seen to change, by *this* process's clock: clocks of two machines are never compared."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[str, float]] = {}

    def holder(self, lease: Lease) -> str:
        """The holder of a Lease as it was just read; empty when there is none, or when it has expired."""
        now, version = asyncio.get_running_loop().time(), lease.metadata.resource_version
        before, since = self._seen.get(lease.metadata.name, ("", 0.0))
        if before != version:
            self._seen[lease.metadata.name], since = (version, now), now
        expired = now - since > (lease.spec.lease_duration_seconds or DURATION)
        return "" if expired else lease.spec.holder_identity or ""


class LeaderElector:
    """One candidate for one Lease."""

    def __init__(
        self, client: Client, namespace: str, name: str, identity: str = "", sightings: LeaseObserver | None = None
    ) -> None:
        # A renewal that hangs must not keep the holder from stopping in time.
        self._client = client.hasty()
        self._root = leases_path(namespace)
        self._name = name
        self._namespace = namespace
        self.identity = identity or new_identity()
        self._sightings = sightings or LeaseObserver()
        self._other = ""
        """The other holder of the Lease, if there is one and it is not expired."""
        self._held: Lease | None = None

    async def keep(self) -> None:
        """Renew until cancelled.

        Raises:
            LeaseLostError: Another process took it, or it was not renewed in time.
        """
        loop = asyncio.get_running_loop()
        renewed = loop.time()
        while True:
            await asyncio.sleep(RETRY)
            try:
                async with asyncio.timeout_at(renewed + RENEW_WITHIN):
                    # After a conflict the second try reads who was faster: this process, or another holder.
                    if await self.take() or await self.take():
                        renewed = loop.time()
            except TimeoutError:
                pass
            if self._other:
                raise LeaseLostError(f"the lease {self._name} was taken by {self._other}")
            if loop.time() - renewed >= RENEW_WITHIN:
                raise LeaseLostError(f"the lease {self._name} was not renewed for {RENEW_WITHIN:.0f} s")

    async def release(self) -> None:
        """Release the Lease so that the next one can start at once; best effort."""
        if self._held is None:
            return
        try:
            async with asyncio.timeout(RELEASE_WITHIN):
                await self._let_go(self._held)
        except (KubeError, TimeoutError) as error:
            log.warning("lease not released", error=str(error))
        self._held = None

    async def _let_go(self, lease: Lease) -> None:
        try:
            await self._put(lease, _nobodys(lease.spec))
        except ApiError as error:
            # A cancelled renewal may have been executed: then the Lease is still ours, in another version.
            found = await self._read() if error.conflict else None
            if found is None or found.spec.holder_identity != self.identity:
                raise
            await self._put(found, _nobodys(found.spec))

    async def take(self) -> bool:
        """Take or renew the Lease, unless another process holds it; returns whether it is ours now."""
        try:
            lease = self._held or await self._read()
            if lease is None:
                self._held = await self._create()
            elif self._may_take(lease):
                self._held = await self._put(lease, self._ours(lease.spec))
            return self._held is not None
        except KubeError as error:
            # A conflict means that another one was faster; other errors may be transient. Read again either way.
            self._held = None
            self._other = ""
            if not (isinstance(error, ApiError) and error.conflict):
                log.warning("lease not renewed", lease=self._name, error=str(error))
            return False

    def _may_take(self, lease: Lease) -> bool:
        holder = self._sightings.holder(lease)
        self._other = "" if holder == self.identity else holder
        return not self._other

    def _ours(self, before: LeaseSpec) -> LeaseSpec:
        now = micro_time(datetime.now(UTC))
        same = before.holder_identity == self.identity
        return LeaseSpec(
            holder_identity=self.identity,
            lease_duration_seconds=int(DURATION),
            acquire_time=before.acquire_time if same else now,
            renew_time=now,
            lease_transitions=(before.lease_transitions or 0) + (0 if same else 1),
        )

    async def _read(self) -> Lease | None:
        try:
            return await self._client.get(f"{self._root}/{self._name}", Lease)
        except ApiError as error:
            if error.not_found:
                return None
            raise

    async def _create(self) -> Lease:
        lease = Lease(Meta(name=self._name, namespace=self._namespace), self._ours(LeaseSpec()))
        return await self._send("POST", self._root, lease)

    async def _put(self, lease: Lease, spec: LeaseSpec) -> Lease:
        """Write with the version that was read: of two candidates, one gets a conflict."""
        return await self._send("PUT", f"{self._root}/{self._name}", msgspec.structs.replace(lease, spec=spec))

    async def _send(self, method: str, path: str, lease: Lease) -> Lease:
        lease = with_version(lease, self.identity)
        answer = await self._client.send(method, path, body=encode(lease), repeatable=False)
        return decode(answer, Lease)


def _nobodys(spec: LeaseSpec) -> LeaseSpec:
    """A spec without holder, so that the next one can start at once."""
    return msgspec.structs.replace(spec, holder_identity="", lease_duration_seconds=1)
