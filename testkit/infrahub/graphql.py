"""The part of Infrahub's GraphQL that Vidra uses: webhooks (listed by name, made, changed), and names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from testkit.infrahub.history import MAIN, History
from testkit.infrahub.query_admin import QueryAdmin
from testkit.infrahub.webhooks import Webhook, Webhooks

Json = dict[str, Any]

_ROOT = re.compile(r"\{\s*(CoreStandardWebhook(?:Create|Update)?|Branch|CoreArtifactDefinition)\b")
_EVENTS = frozenset({"all", "infrahub.artifact.created", "infrahub.artifact.updated", "infrahub.node.updated"})
_FIELDS = ("name", "url", "shared_key", "event_type", "branch_scope", "validate_certificates")


class GraphQL:
    """Answers documents by their first field, from their variables."""

    queries: QueryAdmin

    def __init__(self, webhooks: Webhooks, history: History) -> None:
        self._webhooks = webhooks
        self._history = history
        self._roots: Mapping[str, Callable[[Json], Any]] = {
            "Branch": self._branches,
            "CoreArtifactDefinition": self._definitions,
            "CoreStandardWebhook": self._list,
            "CoreStandardWebhookCreate": self._create,
            "CoreStandardWebhookUpdate": self._update,
        }

    def run(self, document: str, variables: Json, branch: str = MAIN) -> Json:
        """The answer to a document; a mistake in it is an error beside no data, with status 200."""
        found = _ROOT.search(document)
        if found is None:
            return self.queries.run(document, variables) or _refused("Cannot query field on type 'Query'.")
        root = found[1]
        try:
            return {"data": {root: self._roots[root](variables | {"branch": branch})}}
        except ValueError as error:
            return _refused(f"{error} at {root}")

    def _branches(self, _variables: Json) -> list[Json]:
        return [{"name": name} for name in self._history.branches]

    def _definitions(self, variables: Json) -> Json:
        names = {item.name for item in self._history.branches.get(variables["branch"], {}).values()}
        return {"edges": [{"node": {"artifact_name": {"value": name}}} for name in sorted(names)]}

    def _list(self, variables: Json) -> Json:
        found = [item for item in self._webhooks.all.values() if item.name in variables["names"]]
        return {"edges": [{"node": _node(item)} for item in found]}

    def _create(self, variables: Json) -> Json:
        fields = _fields(variables["data"])
        if any(item.name == fields["name"] for item in self._webhooks.all.values()):
            raise ValueError(f"Violates uniqueness constraint 'name' at name: {fields['name']}")
        return {"ok": True, "object": {"id": self._webhooks.put(**fields)}}

    def _update(self, variables: Json) -> Json:
        data = dict(variables["data"])
        webhook = self._webhooks.all.get(data.pop("id", ""))
        if webhook is None:
            raise ValueError("Unable to find the node")
        for name, value in _fields(data).items():
            setattr(webhook, name, value)
        return {"ok": True, "object": {"id": webhook.id}}


def _fields(data: Json) -> Json:
    if unknown := data.keys() - set(_FIELDS):
        raise ValueError(f"Field '{min(unknown)}' is not defined by type 'CoreStandardWebhookCreateInput'.")
    fields = {name: given["value"] for name, given in data.items()}
    if fields.get("event_type", "all") not in _EVENTS:
        raise ValueError(f"{fields['event_type']} is not one of the available options for event_type")
    return fields


def _node(webhook: Webhook) -> Json:
    values = msgspec.to_builtins(webhook)
    return {"id": webhook.id, **{name: {"value": values[name]} for name in _FIELDS}}


def _refused(message: str) -> Json:
    return {"data": None, "errors": [{"message": message}]}
