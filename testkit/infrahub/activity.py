"""The activity log of an Infrahub: what happened, and by whose deed."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec


class Happened(msgspec.Struct, frozen=True):
    """One entry."""

    event: str
    node: str
    """Id of what it is about."""
    kind: str
    branch: str
    account: str
    at: datetime
    source_branch: str = ""
    checksum: str = ""

    def told(self) -> dict[str, Any]:
        """As GraphQL gives it."""
        node = {"id": self.node, "kind": self.kind} if self.node else None
        found = {"account_id": self.account, "occurred_at": self.at.isoformat(), "primary_node": node}
        more = {"source_branch": self.source_branch, "checksum": self.checksum}
        return found | {field: value for field, value in more.items() if value}


class Activity:
    """The entries, oldest first."""

    def __init__(self) -> None:
        self.accounts: dict[str, str] = {}
        """Names of accounts, by id."""
        self._entries: list[Happened] = []

    def account(self, name: str) -> str:
        """The id of an account."""
        id_ = str(uuid.uuid5(uuid.NAMESPACE_OID, name))
        self.accounts[id_] = name
        return id_

    def add(self, entry: Happened) -> None:
        """Something happened."""
        self._entries.append(entry)

    def newest(
        self,
        events: Collection[str],
        nodes: Collection[str] | None,
        branches: Collection[str] | None,
        until: str | None,
        *,
        most: int,
    ) -> list[dict[str, Any]]:
        """The newest entries that fit all of it."""
        found = [
            entry.told()
            for entry in reversed(self._entries)
            if entry.event in events
            and (nodes is None or entry.node in nodes)
            and (branches is None or entry.branch in branches)
            and (until is None or entry.at <= datetime.fromisoformat(until))
        ]
        return found[:most]
