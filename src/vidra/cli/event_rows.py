"""How a table of Events is shown."""

from __future__ import annotations

from typing import Any

from vidra.api.names import TRACE_ID
from vidra.cli.output import Column, since
from vidra.views.events import moment

Json = dict[str, Any]


def _about(item: Json) -> Json:
    found: Json = item["involvedObject"]
    return found


COLUMNS = (
    Column("AGO", lambda item: since(moment(item))),
    Column("TYPE", lambda item: item.get("type", "")),
    Column("REASON", lambda item: item.get("reason", "")),
    Column("OBJECT", lambda item: f"{_about(item).get('kind', '')}/{_about(item).get('name', '')}"),
    Column("NAMESPACE", lambda item: _about(item).get("namespace", ""), wide=True),
    Column("TRACE", lambda item: (item["metadata"].get("annotations") or {}).get(TRACE_ID, ""), wide=True),
    Column("MESSAGE", lambda item: item.get("message", "")),
)
