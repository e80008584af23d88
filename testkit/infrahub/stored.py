"""GraphQL queries stored in Infrahub: which artifacts they list, and what they select of each."""

from __future__ import annotations

from datetime import datetime

import msgspec

from testkit.infrahub.answers import RefusedError
from testkit.infrahub.history import Stored, Version

_MISSING = object()


class StoredQuery(msgspec.Struct, frozen=True):
    """A stored query, told by what it does; the default is the usual `ArtifactIDs`."""

    name: str = "ArtifactIDs"
    filters: bool = True
    """Whether it uses its variable."""
    required: bool = False
    """Whether the variable is a `String!`."""
    root: str = "CoreArtifact"
    selects_name: bool = True
    selects_checksum: bool = True
    selects_status: bool = False
    selects_storage_id: bool = True
    selects_storage_value: bool = False
    """`storage_id { value }` instead of the usual `storage_id { id }`."""
    selects_object: bool = True
    """Whether it says what an artifact is for where it is asked to, and the groups of that."""
    counts: bool = False
    limit: int | None = None
    since: datetime | None = None
    """When it was stored; nobody knew it before that."""

    @property
    def text(self) -> str:
        """Something like it, for who looks at the stored queries."""
        fields = {"status": self.selects_status, "object member_of_groups": self.selects_object}
        return f"query {self.name} {{ id checksum {' '.join(word for word, there in fields.items() if there)} }}"

    def wanted(self, variables: dict[str, object]) -> str | None:
        """The artifact name asked for; None for all.

        Raises:
            RefusedError: The variable has the wrong type, or is missing.
        """
        given = variables.get("artifactname", _MISSING)
        if isinstance(given, str):
            return given
        if given is _MISSING and self.required:
            raise self._refused("of required type 'String!' was not provided.")
        if given is None and self.required:
            raise self._refused("of non-null type 'String!' must not be null.")
        if given is _MISSING or given is None:
            return None
        raise self._refused(f"got invalid value {given!r}; String cannot represent a non string value: {given!r}")

    def node(self, stored: Stored, version: Version, variables: dict[str, object]) -> dict[str, object]:
        """What it selects of an artifact."""
        found: dict[str, object] = {"id": stored.id}
        if self.selects_storage_value:
            found["storage_id"] = {"value": version.storage_id}
        elif self.selects_storage_id:
            found["storage_id"] = {"id": stored.attribute_id}
        if self.selects_checksum:
            found["checksum"] = {"value": version.checksum}
        if self.selects_status:
            found["status"] = {"value": version.status}
        if self.selects_name:
            found["name"] = {"value": stored.name}
        if self.selects_object and variables.get("targets"):
            found["object"] = {"node": stored.object.node(groups=bool(variables.get("groups")))}
        return found

    def answer(self, nodes: list[dict[str, object]]) -> dict[str, object]:
        """The list as the query gives it."""
        edges = [{"node": node} for node in nodes][: self.limit]
        return {self.root: {"count": len(nodes), "edges": edges} if self.counts else {"edges": edges}}

    def _refused(self, what: str) -> RefusedError:
        place = {"line": 1, "column": len(f"query {self.name}(") + 1}
        message = f"GraphQLQuery {self.name}: Variable '$artifactname' {what}"
        return RefusedError(502, {"message": message, "path": None, "locations": [place]})
