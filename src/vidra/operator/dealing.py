"""How many shards each of the replicas should hold: pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def quota(me: str, replicas: Collection[str], held: Mapping[str, int], shards: int) -> int:
    """The number of shards for this replica: as even as it can be, and with as little moved as possible.

    Args:
        replicas: Identities of all that are alive, this one among them or not.
        held: How many shards each of them holds now; who holds most keeps what cannot be dealt evenly.
    """
    ranked = sorted({*replicas, me}, key=lambda name: (-held.get(name, 0), name))
    each, rest = divmod(shards, len(ranked))
    return each + (ranked.index(me) < rest)
