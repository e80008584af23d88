"""Has an Infrahub call Vidra: its standard webhooks, made or changed until they are as wanted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from vidra.api.reasons import Reason
from vidra.sources.infrahub.client import Infrahub
from vidra.sources.protocol import SourceError

EVENTS = ("infrahub.artifact.created", "infrahub.artifact.updated")
"""A webhook of Infrahub is for one kind of event, or for all of them."""

_KIND = "CoreStandardWebhook"
_FIELDS = ["url", "shared_key", "event_type", "branch_scope", "validate_certificates"]
_LIST = (
    f"query VidraWebhooks($names: [String]) {{ {_KIND}(name__values: $names) {{ edges {{ node {{ id name {{ value }} "
    f"{' '.join(f'{field} {{ value }}' for field in _FIELDS)} }} }} }} }}"
)

Json = dict[str, Any]


class Webhook(msgspec.Struct, frozen=True):
    """One of them, as it should be."""

    name: str
    url: str
    shared_key: str
    event_type: str
    branch_scope: str
    validate_certificates: bool = True

    def __repr__(self) -> str:
        return f"Webhook({self.name!r})"


async def put(infrahub: Infrahub, wanted: Iterable[Webhook]) -> dict[str, str]:
    """Make every webhook as wanted; gives what was done (created, changed, unchanged), by name.

    Raises:
        SourceError: Infrahub refuses, or has something else afterwards.
    """
    wanted = tuple(wanted)
    there = await _there(infrahub, wanted)
    done = {webhook.name: await _put(infrahub, webhook, there.get(webhook.name)) for webhook in wanted}
    for name, node in (await _there(infrahub, wanted)).items():
        webhook = next(item for item in wanted if item.name == name)
        # Whether the key can be read is Infrahub's matter.
        if wrong := [field for field in _differing(webhook, node) if field != "shared_key"]:
            message = f"{infrahub.base} did not take {', '.join(wrong)} of the webhook {name}: look at it there"
            raise SourceError(Reason.INFRAHUB_ERROR, message)
    return done


async def _there(infrahub: Infrahub, wanted: Iterable[Webhook]) -> dict[str, Json]:
    answer = await infrahub.ask(_LIST, {"names": [webhook.name for webhook in wanted]})
    try:
        nodes = [edge["node"] for edge in answer[_KIND]["edges"]]
        return {node["name"]["value"]: node for node in nodes}
    except (KeyError, TypeError):
        message = f"what answers at {infrahub.base} does not list its webhooks as Infrahub does: is it older than 1.0?"
        raise SourceError(Reason.NOT_INFRAHUB, message) from None


async def _put(infrahub: Infrahub, webhook: Webhook, node: Json | None) -> str:
    data = {field: {"value": getattr(webhook, field)} for field in ("name", *_FIELDS)}
    if node is None:
        await _mutate(infrahub, "Create", data, webhook)
        return "created"
    if not (differing := _differing(webhook, node)):
        return "unchanged"
    await _mutate(infrahub, "Update", {"id": node["id"], **{field: data[field] for field in differing}}, webhook)
    return "changed"


async def _mutate(infrahub: Infrahub, verb: str, data: Json, webhook: Webhook) -> None:
    document = f"mutation VidraWebhook($data: {_KIND}{verb}Input!) {{ {_KIND}{verb}(data: $data) {{ ok }} }}"
    await infrahub.ask(document, {"data": data}, secrets=(webhook.shared_key,))


def _differing(webhook: Webhook, node: Json) -> list[str]:
    return [field for field in _FIELDS if (node.get(field) or {}).get("value") != getattr(webhook, field)]
