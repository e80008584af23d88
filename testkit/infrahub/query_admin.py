"""The part of Infrahub's GraphQL that stores queries: list them by name, make one, change one."""

from __future__ import annotations

import re
from typing import Any

from testkit.infrahub.contents import Contents
from testkit.infrahub.stored import StoredQuery

Json = dict[str, Any]

_ROOT = re.compile(r"\{\s*(CoreGraphQLQuery(?:Create|Update)?)\s*\(")


class QueryAdmin:
    """The stored queries of one Infrahub, with their texts; what a text selects is what the query then gives."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._texts: dict[str, str] = {}

    def run(self, document: str, variables: Json) -> Json | None:
        """The answer; None when the document is about something else."""
        found = _ROOT.search(document)
        if found is None:
            return None
        if found[1] == "CoreGraphQLQuery":
            return {"data": {found[1]: {"edges": [{"node": self._node(name)} for name in self._known(variables)]}}}
        data = variables["data"]
        name = str(data.get("id") or data["name"]["value"])  # the stand-in's ids are names
        text = str(data["query"]["value"])
        self._texts[name] = text
        self._contents.queries[name] = StoredQuery(
            name=name, selects_status="status {" in text, selects_object="object @include" in text
        )
        return {"data": {found[1]: {"ok": True}}}

    def _known(self, variables: Json) -> list[str]:
        return [name for name in variables["names"] if name in self._contents.queries]

    def _node(self, name: str) -> Json:
        return {"id": name, "query": {"value": self._texts.get(name) or self._contents.queries[name].text}}
