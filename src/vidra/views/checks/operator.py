"""Whether an operator is at work."""

from __future__ import annotations

from typing import Literal

from vidra.kube.client import Client
from vidra.views.checks.finding import Finding
from vidra.views.operators import State, operators_at_work


async def check_operator(client: Client, namespace: str) -> Finding:
    """Who works, by the Leases of Vidra's namespace."""
    found = await operators_at_work(client, namespace)
    result: dict[State, Literal["ok", "problem", "unknown"]] = {"works": "ok", "unknown": "unknown"}
    return Finding("operator", result.get(found.state, "problem"), found.sentence)
