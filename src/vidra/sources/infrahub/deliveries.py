"""The nodes in Infrahub that say what became of artifacts: one for each artifact and cluster.

Their kind is the users', from `examples/infrahub/write-back`; it is branch-agnostic, so that no branch and no proposed
change ever shows them as a change. Nothing that Vidra does depends on them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from vidra.api.reasons import Reason
from vidra.sources.infrahub.client import Infrahub
from vidra.sources.protocol import SourceError

KIND = "VidraDelivery"
AT_ONCE = 20
"""Nodes that one request writes."""


class Delivery(msgspec.Struct, frozen=True):
    """One node. Texts are empty where nothing is known."""

    key: str
    """Tells it from every other one, of another Vidra as well."""
    vidra: str
    """Hub of the Vidra that writes it."""
    sync: str
    artifact: str
    """Id of the artifact."""
    server: str
    """API server of the cluster."""
    checksum: str
    """MD5 of the text that is applied."""
    ready: bool
    reason: str
    message: str
    health: str
    objects: int
    since: str
    """Since when it is ready, or not (RFC 3339)."""


_FIELDS = Delivery.__struct_fields__
_LIST = (
    f"query VidraDeliveries($vidra: String, $sync: String) {{ {KIND}(vidra__value: $vidra, sync__value: $sync) "
    f"{{ edges {{ node {{ {' '.join(f'{field} {{ value }}' for field in _FIELDS)} }} }} }} }}"
)


async def deliveries_of(infrahub: Infrahub, vidra: str, sync: str) -> dict[str, Delivery | None]:
    """What Infrahub has of a sync, by key; None for a node with other fields than Vidra writes.

    Raises:
        SourceError: Infrahub does not say.
    """
    answer = await infrahub.ask(_LIST, {"vidra": vidra, "sync": sync})
    try:
        nodes = [edge["node"] for edge in answer[KIND]["edges"]]
        return {str(node["key"]["value"]): _read(node) for node in nodes}
    except (KeyError, TypeError):
        message = f"what answers at {infrahub.base} does not list its {KIND} nodes as Infrahub does"
        raise SourceError(Reason.NOT_INFRAHUB, message) from None


async def write_deliveries(infrahub: Infrahub, deliveries: Sequence[Delivery]) -> None:
    """Create or update nodes, each found by its key.

    Raises:
        SourceError: Infrahub refuses.
    """
    for start in range(0, len(deliveries), AT_ONCE):
        data = {f"d{number}": _written(item) for number, item in enumerate(deliveries[start : start + AT_ONCE])}
        await _mutate(infrahub, "Upsert", f"{KIND}UpsertInput!", data)


async def delete_deliveries(infrahub: Infrahub, keys: Collection[str]) -> None:
    """Delete nodes by their keys.

    Raises:
        SourceError: Infrahub refuses.
    """
    known = list(keys)
    for start in range(0, len(known), AT_ONCE):
        data = {f"d{number}": {"hfid": [key]} for number, key in enumerate(known[start : start + AT_ONCE])}
        await _mutate(infrahub, "Delete", "DeleteInput!", data)


def _read(node: Mapping[str, Any]) -> Delivery | None:
    values = {field: (node.get(field) or {}).get("value") for field in _FIELDS}
    try:
        return msgspec.convert({field: value for field, value in values.items() if value is not None}, Delivery)
    except msgspec.ValidationError:
        return None


def _written(delivery: Delivery) -> dict[str, Any]:
    return {field: {"value": value} for field, value in msgspec.structs.asdict(delivery).items()}


async def _mutate(infrahub: Infrahub, verb: str, kind: str, data: Mapping[str, Any]) -> None:
    await infrahub.ask(_document(verb, kind, data), data)


def _document(verb: str, kind: str, names: Iterable[str]) -> str:
    names = list(names)
    declared = ", ".join(f"${name}: {kind}" for name in names)
    done = " ".join(f"{name}: {KIND}{verb}(data: ${name}) {{ ok }}" for name in names)
    return f"mutation VidraReport({declared}) {{ {done} }}"
