"""Detects other operators in the same namespace, for an operator that runs without leader election.

Two operators that both work revert each other's changes. Nobody wants that, so it must be reported. Each operator
writes its name into one Lease when it starts. One that sees a new name in the Lease writes its own once more, so that
the newcomer sees it too. While another is known, this is repeated. A single operator writes nothing more. A Lease that
does not change is no sign of life, so a killed operator is not reported. A leader is seen by its renewals.
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
from vidra.kube.leader_election import Lease, LeaseSpec, leases_path, new_identity
from vidra.kube.watch import Watch

log = structlog.get_logger("vidra.manager")

AGAIN = 60.0
"""Seconds after which an operator that knows of another writes its name again."""
GONE = 2.5 * AGAIN
"""Seconds without a write after which another operator counts as ended."""
ATTEMPTS = 5
"""Attempts to write the Lease while others do."""


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
        async with asyncio.TaskGroup() as group:
            group.create_task(watch.run(), name="watch for other operators")
            group.create_task(self._answer(), name="answer other operators")

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

    async def _answer(self) -> None:
        """Write this operator's name for those that were detected, and drop those that ended."""
        while True:
            if not self._known:
                await self._news.wait()
            self._news.clear()
            try:
                await self._write()
            except KubeError as error:
                log.warning("other operators were not answered", error=str(error))
            try:
                async with asyncio.timeout(AGAIN):
                    await self._news.wait()
            except TimeoutError:
                self._forget()

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
        spec = LeaseSpec(holder_identity=self._identity, renew_time=micro_time(datetime.now(UTC)))
        if lease is None:
            lease = Lease(Meta(name=self._name, namespace=self._namespace))
            method, path = "POST", self._path
        else:
            method, path = "PUT", f"{self._path}/{self._name}"
        body = encode(msgspec.structs.replace(lease, spec=spec))
        await self._client.send(method, path, body=body, repeatable=False)
