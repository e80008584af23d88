"""Who brought an artifact to what it is, by Infrahub's activity log: asked only when a person wants to know.

What the log does not say is left out; an Infrahub that has none, or does not show it to the account, says nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from vidra.sources.infrahub.client import Infrahub
from vidra.sources.protocol import SourceError

GENERATED = ("infrahub.artifact.created", "infrahub.artifact.updated")
MERGED = ("infrahub.branch.merged",)
PROPOSED_CHANGE = "CoreProposedChange"
LOOKED_AT = 20
"""Generations of an artifact among which the one of a text is looked for."""
SOON = timedelta(hours=1)
"""How long after a merge a generation may be its consequence."""
_EVENTS = """\
query VidraActivity($types: [String!], $ids: [String!], $branches: [String!], $until: DateTime, $limit: Int) {
  InfrahubEvent(event_type: $types, primary_node__ids: $ids, branches: $branches, until: $until, limit: $limit) {
    edges {
      node {
        account_id
        occurred_at
        primary_node { id kind }
        ... on ArtifactEvent { checksum }
        ... on BranchMergedEvent { source_branch }
      }
    }
  }
}"""
_ACCOUNT = "query VidraAccount($ids: [ID]) { CoreGenericAccount(ids: $ids) { edges { node { display_label } } } }"


class _Node(msgspec.Struct):
    id: str = ""
    kind: str = ""


class _Event(msgspec.Struct):
    occurred_at: datetime
    account_id: str | None = None
    primary_node: _Node | None = None
    source_branch: str = ""
    checksum: str = ""


class Change(msgspec.Struct, frozen=True):
    """The generation that gave an artifact its text."""

    at: str
    """RFC 3339."""
    by: str = ""
    """The account, by its name, or its id where that cannot be seen."""
    merge: str = ""
    """The merge that it follows, in words: of which branch, when, by whom, in which proposed change."""


async def change_to(infrahub: Infrahub, artifact: str, checksum: str, branch: str) -> Change | None:
    """What the log says of how an artifact got a text, told by its checksum; None when it says nothing of that one."""
    found = await _events(infrahub, types=GENERATED, ids=[artifact], branches=[branch], limit=LOOKED_AT)
    generated = next((event for event in found if event.checksum == checksum), None)
    if generated is None:
        return None
    merged = next(iter(await _events(infrahub, types=MERGED, until=generated.occurred_at.isoformat(), limit=1)), None)
    by = await _name(infrahub, generated.account_id)
    if merged is None or generated.occurred_at - merged.occurred_at > SOON:
        return Change(_told(generated.occurred_at), by)
    return Change(_told(generated.occurred_at), by, await _merge(infrahub, merged))


def page_of(base: str, artifact: str, branch: str) -> str:
    """The address of the page about an artifact, for a browser."""
    return f"{base.rstrip('/')}/objects/CoreArtifact/{quote(artifact, safe='')}?branch={quote(branch, safe='')}"


async def _merge(infrahub: Infrahub, merged: _Event) -> str:
    who = await _name(infrahub, merged.account_id)
    node = merged.primary_node
    proposed = f", proposed change {node.id}" if node and node.kind == PROPOSED_CHANGE else ""
    return f"branch {merged.source_branch or '?'} at {_told(merged.occurred_at)}{f' by {who}' if who else ''}{proposed}"


async def _events(infrahub: Infrahub, **asked: Any) -> list[_Event]:
    """The newest first."""
    try:
        return msgspec.convert(await _nodes(infrahub, _EVENTS, "InfrahubEvent", asked), list[_Event])
    except msgspec.ValidationError:
        return []


async def _name(infrahub: Infrahub, account: str | None) -> str:
    if not account:
        return ""
    nodes = await _nodes(infrahub, _ACCOUNT, "CoreGenericAccount", {"ids": [account]})
    label = nodes[0].get("display_label") if nodes and isinstance(nodes[0], dict) else None
    return label if isinstance(label, str) and label else account


async def _nodes(infrahub: Infrahub, document: str, root: str, variables: dict[str, Any]) -> list[Any]:
    """The nodes of an answer; none when there is no such answer."""
    try:
        answer = await infrahub.ask(document, variables)
        return [edge["node"] for edge in answer[root]["edges"]]
    except (SourceError, KeyError, TypeError):
        return []


def _told(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
