"""Has an Infrahub call Vidra: its standard webhooks, made or changed until they are as wanted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from vidra.api.reasons import Reason
from vidra.sources.infrahub.client import Infrahub
from vidra.sources.protocol import SourceError

EVENTS = {
    "artifact-created": ("infrahub.artifact.created", None),
    "artifact-updated": ("infrahub.artifact.updated", None),
    "artifact-deleted": ("infrahub.node.deleted", "CoreArtifact"),
}
"""A webhook of Infrahub is for one kind of event, or for all of them. There is none for a deleted artifact; it is a
deleted node of its kind."""

_KIND = "CoreStandardWebhook"
_FIELDS: tuple[str, ...] = (
    "url",
    "shared_key",
    "event_type",
    "node_kind",
    "branch_scope",
    "validate_certificates",
    "active",
)
_SINCE_1_7 = "active"
"""Whether it is switched on. Up to 1.6 every webhook is, and a document that names the field is refused."""

Json = dict[str, Any]


class Webhook(msgspec.Struct, frozen=True):
    """One of them, as it should be."""

    name: str
    url: str
    shared_key: str
    event_type: str
    branch_scope: str
    validate_certificates: bool = True
    node_kind: str | None = None
    active: bool = True

    def __repr__(self) -> str:
        return f"Webhook({self.name!r})"


async def put(infrahub: Infrahub, wanted: Iterable[Webhook]) -> dict[str, str]:
    """Make every webhook as wanted; gives what was done (created, changed, unchanged), by name.

    Raises:
        SourceError: Infrahub refuses, or has something else afterwards.
    """
    wanted = tuple(wanted)
    fields, there = await _there(infrahub, wanted)
    done = {webhook.name: await _put(infrahub, webhook, there.get(webhook.name), fields) for webhook in wanted}
    _, after = await _there(infrahub, wanted)
    for name, node in after.items():
        webhook = next(item for item in wanted if item.name == name)
        # Whether the key can be read is Infrahub's matter.
        if wrong := [field for field in _differing(webhook, node, fields) if field != "shared_key"]:
            message = f"{infrahub.base} did not take {', '.join(wrong)} of the webhook {name}: look at it there"
            raise SourceError(Reason.INFRAHUB_ERROR, message)
    return done


async def _there(infrahub: Infrahub, wanted: Iterable[Webhook]) -> tuple[tuple[str, ...], dict[str, Json]]:
    """The fields that a webhook has there, and those of the wanted ones that there are."""
    names = {"names": [webhook.name for webhook in wanted]}
    fields = _FIELDS
    try:
        answer = await infrahub.ask(_listing(fields), names)
    except SourceError as error:
        if f"'{_SINCE_1_7}'" not in str(error):
            raise
        fields = tuple(field for field in _FIELDS if field != _SINCE_1_7)
        answer = await infrahub.ask(_listing(fields), names)
    try:
        nodes = [edge["node"] for edge in answer[_KIND]["edges"]]
        return fields, {node["name"]["value"]: node for node in nodes}
    except (KeyError, TypeError):
        message = f"what answers at {infrahub.base} does not list its webhooks as Infrahub does: is it older than 1.0?"
        raise SourceError(Reason.NOT_INFRAHUB, message) from None


def _listing(fields: Iterable[str]) -> str:
    selected = " ".join(f"{field} {{ value }}" for field in fields)
    return (
        f"query VidraWebhooks($names: [String]) {{ {_KIND}(name__values: $names) "
        f"{{ edges {{ node {{ id name {{ value }} {selected} }} }} }} }}"
    )


async def _put(infrahub: Infrahub, webhook: Webhook, node: Json | None, fields: Iterable[str]) -> str:
    data = {field: {"value": getattr(webhook, field)} for field in ("name", *fields)}
    if node is None:
        if webhook.node_kind is None:
            del data["node_kind"]
        await _mutate(infrahub, "Create", data, webhook)
        return "created"
    if not (differing := _differing(webhook, node, fields)):
        return "unchanged"
    await _mutate(infrahub, "Update", {"id": node["id"], **{field: data[field] for field in differing}}, webhook)
    return "changed"


async def _mutate(infrahub: Infrahub, verb: str, data: Json, webhook: Webhook) -> None:
    document = f"mutation VidraWebhook($data: {_KIND}{verb}Input!) {{ {_KIND}{verb}(data: $data) {{ ok }} }}"
    await infrahub.ask(document, {"data": data}, secrets=(webhook.shared_key,))


def _differing(webhook: Webhook, node: Json, fields: Iterable[str]) -> list[str]:
    return [field for field in fields if (node.get(field) or {}).get("value") != getattr(webhook, field)]
