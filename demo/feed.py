"""What Vidra does about drift, as its Events tell it: a line at the moment when it happens, whoever caused it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from vidra.api.reasons import Reason
from vidra.cli.watching import changes
from vidra.kube.client import Client
from vidra.views.events import OF_VIDRA, PATH
from vidra.views.name_forms import short

SHOWN: Final = frozenset({Reason.DRIFT_REVERTED, Reason.DRIFTED, Reason.DRIFT_FIGHT, Reason.PRUNED})


async def feed(client: Client, show: Callable[[str], None]) -> None:
    """Show them until cancelled; each once."""
    seen: set[str] = set()
    async for change in changes(client, PATH, query=OF_VIDRA):
        event: dict[str, Any] = msgspec.json.decode(change.object)
        uid = event["metadata"]["uid"]
        if change.type == "ADDED" and event["reason"] in SHOWN and uid not in seen:
            seen.add(uid)
            show(f"{event['reason']} {short(event['involvedObject']['name'])}: {event['message']}")
