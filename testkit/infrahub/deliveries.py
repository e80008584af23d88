"""The nodes that Vidra tells an Infrahub in what became of artifacts, once their schema is loaded."""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]

KIND = "VidraDelivery"
_DONE = re.compile(rf"(\w+): {KIND}(Upsert|Delete)\(data: \$(\w+)\)")


class Deliveries:
    """The nodes of one Infrahub, by their human-friendly id."""

    def __init__(self) -> None:
        self.loaded = False
        """Whether their schema is."""
        self.nodes: dict[str, Json] = {}
        self.writes = 0
        """Requests that wrote some."""

    def run(self, document: str, variables: Json) -> Json | None:
        """The answer; None when the document is about something else."""
        if KIND not in document:
            return None
        if not self.loaded:
            what = "Mutation" if document.startswith("mutation") else "Query"
            return {"data": None, "errors": [{"message": f"Cannot query field '{KIND}' on type '{what}'."}]}
        if not document.startswith("mutation"):
            return {"data": {KIND: {"edges": [{"node": node} for node in self._of(variables)]}}}
        self.writes += 1
        done = {}
        for alias, verb, name in _DONE.findall(document):
            data = variables[name]
            if verb == "Upsert":
                self.nodes[data["key"]["value"]] = data
            else:
                self.nodes.pop(data["hfid"][0], None)
            done[alias] = {"ok": True}
        return {"data": done}

    def _of(self, variables: Json) -> list[Json]:
        wanted = {field: variables[field] for field in ("vidra", "sync")}
        return [
            node
            for node in self.nodes.values()
            if all(node[field]["value"] == value for field, value in wanted.items())
        ]
