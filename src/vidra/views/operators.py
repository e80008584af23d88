"""Who is at work: what the Leases in Vidra's namespace say of operators, and what to do where nobody is.

Invariant: nobody is said to be missing because the Leases cannot be seen, or do not say whether their holder lives.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal, Protocol, TypeVar

import msgspec

from vidra.kube.errors import KubeError
from vidra.kube.lease import Lease, Leases, leases_path, version_of

NAME = "vidra-operator"
SLACK = 15.0
"""Seconds by which the clocks of an operator and of a reader may differ before a Lease counts as run out."""
_OF_WORK = re.compile(rf"{NAME}(-alone|-\d+-of-(\d+))?")

State = Literal["works", "partly", "nobody", "unknown"]
T = TypeVar("T")


class CanRead(Protocol):
    """`vidra.kube.client.Client`, which takes long to import."""

    async def get(self, path: str, kind: type[T]) -> T:
        """Read one resource or list."""


class Operator(msgspec.Struct, frozen=True, omit_defaults=True):
    """The holder of a Lease."""

    lease: str
    holder: str = ""
    """The Pod's or the machine's name, and what tells two processes there apart; empty: released."""
    since: str = ""
    """When it began to hold the Lease (RFC 3339)."""
    renewed: str = ""
    """When it last said that it lives (RFC 3339)."""
    version: str = ""
    """Empty: an operator that does not say."""
    alive: bool | None = None
    """None: the Lease does not say; it is of a version that wrote it once, at its start."""


class AtWork(msgspec.Struct, frozen=True):
    """Who works in one namespace."""

    namespace: str
    operators: tuple[Operator, ...] = ()
    """The holders of all Leases over work, dead ones too."""
    unseen: str = ""
    """Why the Leases cannot be seen."""

    @property
    def state(self) -> State:
        """In one word; partly: some shards have no holder."""
        if self.unseen:
            return "unknown"
        alive = [operator.alive for operator in self.operators]
        if True in alive:
            return "partly" if _shards(self.operators) > alive.count(True) else "works"
        return "unknown" if None in alive else "nobody"

    @property
    def sentence(self) -> str:
        """Who works, since when and with which version; or that nobody does, and how to start one."""
        if self.unseen:
            return f"who works in {self.namespace} cannot be seen: {self.unseen}"
        holders = "; ".join(_told(operator) for operator in self.operators if operator.alive)
        if self.state == "works":
            return holders
        if self.state == "partly":
            held = sum(operator.alive is True for operator in self.operators)
            return f"{held} of {_shards(self.operators)} shards are held: {holders}. {self._start}"
        if self.state == "unknown":
            last = next(operator for operator in self.operators if operator.alive is None)
            return f"{_told(last)}; whether it still runs, its Lease does not say"
        return f"no operator is at work in the namespace {self.namespace} ({self._last}): {self._start}"

    @property
    def brief(self) -> str:
        """The same in a few words, for the middle of another sentence."""
        if self.state == "nobody":
            return f"no operator is at work in the namespace {self.namespace}"
        return self.sentence

    @property
    def warning(self) -> str:
        """What to tell a person who waits for an operator; empty while all work is done, or when that is not known."""
        return self.sentence if self.state in {"nobody", "partly"} else ""

    @property
    def ended(self) -> bool:
        """Whether an operator worked here and none does now: what statuses say is of the time before."""
        return self.state == "nobody" and bool(self.operators)

    @property
    def _last(self) -> str:
        if not self.operators:
            return f"it has no Lease {NAME} or {NAME}-alone"
        last = max(self.operators, key=lambda operator: operator.renewed)
        who = f"held by {last.holder} and not renewed since {last.renewed}" if last.holder else "released"
        return f"the Lease {last.lease} is {who}"

    @property
    def _start(self) -> str:
        return (
            f"start one with `vidra operator`, or look at its Pods with `kubectl -n {self.namespace} get pods`; "
            "if yours is in another namespace, name that with -n"
        )


async def operators_at_work(client: CanRead, namespace: str) -> AtWork:
    """Who works, by the Leases of a namespace: one request, and no error."""
    try:
        listing = await client.get(leases_path(namespace), Leases)
    except KubeError as error:
        return AtWork(namespace, unseen=str(error))
    return at_work(namespace, listing.items, datetime.now(UTC))


def at_work(namespace: str, leases: Sequence[Lease], now: datetime) -> AtWork:
    """What Leases say of who works."""
    mine = sorted((lease for lease in leases if _OF_WORK.fullmatch(lease.metadata.name)), key=_name)
    return AtWork(namespace, tuple(_operator(lease, now) for lease in mine))


def _name(lease: Lease) -> str:
    return lease.metadata.name


def _operator(lease: Lease, now: datetime) -> Operator:
    spec = lease.spec
    return Operator(
        lease=lease.metadata.name,
        holder=spec.holder_identity or "",
        since=_short(spec.acquire_time),
        renewed=_short(spec.renew_time),
        version=version_of(lease),
        alive=_alive(lease, now),
    )


def _alive(lease: Lease, now: datetime) -> bool | None:
    """Whether the holder lives; None when the Lease does not say."""
    spec = lease.spec
    if not spec.holder_identity:
        return False
    if not spec.lease_duration_seconds or not spec.renew_time:
        return None
    silent = (now - datetime.fromisoformat(spec.renew_time)).total_seconds()
    return silent <= spec.lease_duration_seconds + SLACK


def _shards(operators: Sequence[Operator]) -> int:
    """Into how many parts the work is divided by those who live; 1 when it is not."""
    names = (_OF_WORK.fullmatch(operator.lease) for operator in operators if operator.alive)
    return max((int(name[2]) for name in names if name and name[2]), default=1)


def _told(operator: Operator) -> str:
    version = f", version {operator.version}" if operator.version else ""
    since = f" since {operator.since}" if operator.since else ""
    return f"{operator.holder} holds {operator.lease}{since}{version}"


def _short(moment: str | None) -> str:
    """A time to the second."""
    from vidra.api.times import rfc3339  # noqa: PLC0415 - only where there are Leases

    return rfc3339(datetime.fromisoformat(moment)) if moment else ""
