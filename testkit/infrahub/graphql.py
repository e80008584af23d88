"""The part of Infrahub's GraphQL that Vidra uses: webhooks (listed by name, made, changed), and names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from testkit.infrahub.deliveries import Deliveries
from testkit.infrahub.history import MAIN, History
from testkit.infrahub.query_admin import QueryAdmin
from testkit.infrahub.release import Release
from testkit.infrahub.webhooks import Webhook, Webhooks

Json = dict[str, Any]

_ROOT = re.compile(
    r"\{\s*(CoreStandardWebhook(?:Create|Update)?|Branch|CoreArtifactDefinition|InfrahubEvent|CoreGenericAccount)\b"
)
_EVENTS = frozenset({"all", *(f"infrahub.{what}" for what in ("artifact.created", "artifact.updated"))}) | {
    f"infrahub.node.{what}" for what in ("created", "updated", "deleted")
}
_FIELDS = ("name", "url", "shared_key", "event_type", "node_kind", "branch_scope", "validate_certificates")


class GraphQL:
    """Answers documents by their first field, from their variables."""

    queries: QueryAdmin
    deliveries: Deliveries

    def __init__(self, webhooks: Webhooks, history: History, release: Release) -> None:
        self._webhooks = webhooks
        self._fields = (*_FIELDS, "active") if release.webhooks_are_switched else _FIELDS
        self._history = history
        self._roots: Mapping[str, Callable[[Json], Any]] = {
            "Branch": self._branches,
            "CoreArtifactDefinition": self._definitions,
            "CoreGenericAccount": self._accounts,
            "InfrahubEvent": self._events,
            "CoreStandardWebhook": self._list,
            "CoreStandardWebhookCreate": self._create,
            "CoreStandardWebhookUpdate": self._update,
        }

    def run(self, document: str, variables: Json, branch: str = MAIN) -> Json:
        """The answer to a document; a mistake in it is an error beside no data, with status 200."""
        if (told := self.deliveries.run(document, variables)) is not None:
            return told
        found = _ROOT.search(document)
        if found is None:
            return self.queries.run(document, variables) or _refused("Cannot query field on type 'Query'.")
        root = found[1]
        try:
            self._known(document)
            return {"data": {root: self._roots[root](variables | {"branch": branch})}}
        except ValueError as error:
            return _refused(f"{error} at {root}")

    def _known(self, document: str) -> None:
        """Refuse a document that selects what this release does not have."""
        if "active { value }" in document and "active" not in self._fields:
            raise ValueError("Cannot query field 'active' on type 'CoreStandardWebhook'.")

    def _branches(self, _variables: Json) -> list[Json]:
        return [{"name": name} for name in self._history.branches]

    def _definitions(self, variables: Json) -> Json:
        names = self._history.definitions if variables["branch"] in self._history.branches else ()
        return {"edges": [{"node": {"artifact_name": {"value": name}}} for name in sorted(names)]}

    def _accounts(self, variables: Json) -> Json:
        known = self._history.activity.accounts
        labels = [known[id_] for id_ in variables["ids"] if id_ in known]
        return {"edges": [{"node": {"display_label": label}} for label in labels]}

    def _events(self, variables: Json) -> Json:
        found = self._history.activity.newest(
            variables["types"],
            variables.get("ids"),
            variables.get("branches"),
            variables.get("until"),
            most=variables["limit"],
        )
        return {"edges": [{"node": entry} for entry in found]}

    def _list(self, variables: Json) -> Json:
        found = [item for item in self._webhooks.all.values() if item.name in variables["names"]]
        return {"edges": [{"node": _node(item, self._fields)} for item in found]}

    def _create(self, variables: Json) -> Json:
        fields = _fields(variables["data"], self._fields)
        if any(item.name == fields["name"] for item in self._webhooks.all.values()):
            raise ValueError(f"Violates uniqueness constraint 'name' at name: {fields['name']}")
        return {"ok": True, "object": {"id": self._webhooks.put(**fields)}}

    def _update(self, variables: Json) -> Json:
        data = dict(variables["data"])
        webhook = self._webhooks.all.get(data.pop("id", ""))
        if webhook is None:
            raise ValueError("Unable to find the node")
        for name, value in _fields(data, self._fields).items():
            setattr(webhook, name, value)
        return {"ok": True, "object": {"id": webhook.id}}


def _fields(data: Json, known: Sequence[str]) -> Json:
    if unknown := data.keys() - set(known):
        raise ValueError(f"Field '{min(unknown)}' is not defined by type 'CoreStandardWebhookCreateInput'.")
    fields = {name: given["value"] for name, given in data.items()}
    if fields.get("event_type", "all") not in _EVENTS:
        raise ValueError(f"{fields['event_type']} is not one of the available options for event_type")
    return fields


def _node(webhook: Webhook, known: Sequence[str]) -> Json:
    values = msgspec.to_builtins(webhook)
    return {"id": webhook.id, **{name: {"value": values[name]} for name in known}}


def _refused(message: str) -> Json:
    return {"data": None, "errors": [{"message": message}]}
