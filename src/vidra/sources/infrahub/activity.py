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
SOON = timedelta(hours=1)
"""How long after a merge a generation may be its consequence."""
_EVENTS = """\
query VidraActivity($types: [String!], $ids: [String!], $branches: [String!], $until: DateTime) {
  InfrahubEvent(event_type: $types, primary_node__ids: $ids, branches: $branches, until: $until, limit: 1) {
    edges { node { account_id occurred_at primary_node { id kind } ... on BranchMergedEvent { source_branch } } }
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


class Change(msgspec.Struct, frozen=True):
    """The last generation of an artifact that gave another text."""

    at: str
    """RFC 3339."""
    by: str = ""
    """The account, by its name, or its id where that cannot be seen."""
    merge: str = ""
    """The merge that it follows, in words: of which branch, when, by whom, in which proposed change."""


async def last_change(infrahub: Infrahub, artifact: str, branch: str) -> Change | None:
    """What the log says of the last generation of an artifact; None when it says nothing."""
    generated = await _event(infrahub, types=GENERATED, ids=[artifact], branches=[branch])
    if generated is None:
        return None
    merged = await _event(infrahub, types=MERGED, until=generated.occurred_at.isoformat())
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


async def _event(infrahub: Infrahub, **asked: Any) -> _Event | None:
    nodes = await _nodes(infrahub, _EVENTS, "InfrahubEvent", asked)
    try:
        return msgspec.convert(nodes[0], _Event) if nodes else None
    except msgspec.ValidationError:
        return None


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
