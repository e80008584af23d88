"""Detects other operators in the same namespace, for an operator that runs without leader election.

Two operators that both work revert each other's changes. Nobody wants that, so it must be reported. Each operator
writes its name into one Lease when it starts, and about once a minute. One that sees a new name in the Lease writes its
own at once, so that the newcomer sees it too. A Lease that does not change is no sign of life, so a killed operator is
not reported. A leader is seen by its renewals.

The same Lease says to people that an operator works (`vidra/views/operators.py`): it runs out when nobody renews it,
and names nobody when the operator ended properly.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime

import msgspec
import structlog

from vidra.api.meta import Meta
from vidra.api.times import micro_time
from vidra.kube.client import Client, encode
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.leader_election import new_identity
from vidra.kube.lease import Lease, LeaseSpec, leases_path, with_version
from vidra.kube.watch import Watch

log = structlog.get_logger("vidra.manager")

AGAIN = 60.0
"""Seconds after which an operator writes its name again."""
GONE = 2.5 * AGAIN
"""Seconds without a write after which another operator counts as ended."""
ATTEMPTS = 5
"""Attempts to write the Lease while others do."""
RELEASE_WITHIN = 1.0
"""Seconds that an ending process spends on taking its name out of the Lease."""


class OtherOperators:
    """The other operators that are known.

    Args:
        name: Of the leaders' Lease; the Lease that is written here is named after it.
        tell: Called with the Lease and its writer, when another operator is detected.
        count: Called with the number of others, when it changes.
    """

    def __init__(
        self,
        client: Client,
        namespace: str,
        name: str,
        *,
        tell: Callable[[Lease, str], None],
        count: Callable[[int], None],
    ) -> None:
        self._client = client
        self._namespace = namespace
        self._path = leases_path(namespace)
        self._name = f"{name}-alone"
        self._held_by_others = re.compile(rf"{re.escape(name)}(-alone|-\d+-of-\d+)?")
        self._identity = new_identity()
        self._since = micro_time(datetime.now(UTC))
        self._tell = tell
        self._count = count
        self._known: dict[str, float] = {}
        """When each of them last wrote."""
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Watch until cancelled; without the rights for it, do nothing."""
        try:
            await self._write()
        except KubeError as error:
            log.info("other operators will not be noticed", why=str(error))
            return
        watch = Watch(self._client, self._path, Lease, self)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(watch.run(), name="watch for other operators")
                group.create_task(self._renew(), name="answer other operators")
        finally:
            await self._release()

    def changed(self, item: Lease) -> None:
        """An operator wrote a Lease."""
        who = item.spec.holder_identity or ""
        if not who or who == self._identity or not self._held_by_others.fullmatch(item.metadata.name):
            return
        new = who not in self._known
        self._known[who] = asyncio.get_running_loop().time()
        if new:
            self._count(len(self._known))
            self._tell(item, who)
            self._news.set()

    def removed(self, item: Lease) -> None:
        """A deleted Lease says nothing."""

    def found(self, item: Lease) -> None:
        """A Lease from before: its writer may have ended."""

    def listed(self, uids: Collection[str], version: int) -> None:
        """The list is complete."""

    async def _renew(self) -> None:
        """Write this operator's name now and then, at once for those that were detected; drop those that ended."""
        while True:
            try:
                async with asyncio.timeout(AGAIN):
                    await self._news.wait()
            except TimeoutError:
                self._forget()
            self._news.clear()
            try:
                await self._write()
            except KubeError as error:
                log.warning("other operators were not answered", error=str(error))

    async def _release(self) -> None:
        """Take this operator's name out of the Lease, if it is the last one there; best effort."""
        try:
            async with asyncio.timeout(RELEASE_WITHIN):
                lease = await self._read()
                if lease and lease.spec.holder_identity == self._identity:
                    await self._send(lease, msgspec.structs.replace(lease.spec, holder_identity=""))
        except (KubeError, TimeoutError) as error:
            log.info("lease not released", error=str(error))

    def _forget(self) -> None:
        now = asyncio.get_running_loop().time()
        left = {who: at for who, at in self._known.items() if now - at < GONE}
        if len(left) != len(self._known):
            log.info("other operators are gone", who=sorted(self._known.keys() - left.keys()))
            self._count(len(left))
        self._known = left

    async def _write(self) -> None:
        """Write this operator's name into the Lease.

        Raises:
            KubeError: It could not be written.
        """
        for left in reversed(range(ATTEMPTS)):
            try:
                await self._put(await self._read())
            except ApiError as error:
                if not error.conflict or not left:
                    raise
            else:
                return

    async def _read(self) -> Lease | None:
        try:
            return await self._client.get(f"{self._path}/{self._name}", Lease)
        except ApiError as error:
            if error.not_found:
                return None
            raise

    async def _put(self, lease: Lease | None) -> None:
        spec = LeaseSpec(
            holder_identity=self._identity,
            lease_duration_seconds=int(GONE),
            acquire_time=self._since,
            renew_time=micro_time(datetime.now(UTC)),
        )
        await self._send(lease, spec)

    async def _send(self, lease: Lease | None, spec: LeaseSpec) -> None:
        if lease is None:
            lease = Lease(Meta(name=self._name, namespace=self._namespace))
            method, path = "POST", self._path
        else:
            method, path = "PUT", f"{self._path}/{self._name}"
        body = encode(with_version(msgspec.structs.replace(lease, spec=spec), self._identity))
        await self._client.send(method, path, body=body, repeatable=False)
