"""What requests find: a branch, a moment, a stored query's list, an artifact's text, a stored object."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime

from testkit.infrahub.answers import CrashedError, RefusedError
from testkit.infrahub.history import MAIN, History, Stored, Version, now
from testkit.infrahub.release import Release
from testkit.infrahub.stored import StoredQuery
from testkit.infrahub.timestamps import read_moment

_DAMAGED = (
    "The stored file of this artifact ({}) does not match its checksum, so it was not served. "
    "It may have been modified outside of Infrahub. Regenerate the artifact to restore it."
)

Rewrite = Callable[[dict[str, object]], dict[str, object]]


class Contents:
    """A history, seen through requests."""

    def __init__(self, history: History, release: Release) -> None:
        self._history = history
        self._release = release
        self.queries: dict[str, StoredQuery] = {"ArtifactIDs": StoredQuery()}
        self.lies: dict[str, str] = {}
        """Checksums that are announced instead of the right ones, by artifact."""
        self.since: datetime | None = now() if release.refuses_early else None
        """When the default branch was made, for an Infrahub that refuses earlier moments."""
        self.rewrite: Rewrite | None = None
        """Turns the answer to a query into another."""

    def place(self, query: Mapping[str, str]) -> tuple[str, datetime]:
        """Branch and moment of a request; the branch is looked at first."""
        branch = query.get("branch") or MAIN
        if branch not in self._history.branches:
            raise RefusedError(400, f"Branch: {branch} not found.")
        try:
            moment = read_moment(query.get("at"))
        except ValueError as error:
            raise RefusedError(400, str(error)) from None
        if self.since is not None and moment < self.since:
            message = f"Requested time '{moment}' is before branch '{MAIN}' was created at '{self.since}'."
            raise RefusedError(422, message)
        return branch, moment

    def query(self, name: str, variables: dict[str, object], branch: str, moment: datetime) -> dict[str, object]:
        """The whole answer of a stored query."""
        stored = self.queries.get(name)
        if stored is None or (stored.since is not None and moment < stored.since):
            kind = "<class 'infrahub.core.protocols.CoreGraphQLQuery'>"
            raise RefusedError(404, f"Unable to find the node {name} / {kind} in the database.")
        wanted = stored.wanted(variables)
        found = [
            stored.node(artifact, self._announced(artifact, version), variables)
            for artifact in sorted(self._history.branches[branch].values(), key=lambda artifact: artifact.name)
            if (version := artifact.at(moment)) is not None
            and (not stored.filters or wanted is None or artifact.name == wanted)
        ]
        answer: dict[str, object] = {"data": stored.answer(found)}
        return self.rewrite(answer) if self.rewrite else answer

    def text(self, id_: str, branch: str, moment: datetime) -> tuple[str, bytes]:
        """Content type and text of an artifact."""
        if id_ in self._history.others and not self._release.knows_other_kinds:
            raise CrashedError
        artifact = self._history.branches[branch].get(id_)
        version = artifact.at(moment) if artifact else None
        if artifact is None or version is None:
            raise RefusedError(404, f"Unable to find the node {id_} / CoreArtifact in the database.")
        if version.storage_id is None:
            raise CrashedError
        stored = self.object(version.storage_id)
        if self._release.verifies_files and hashlib.md5(stored, usedforsecurity=False).hexdigest() != version.checksum:
            raise RefusedError(409, _DAMAGED.format(version.storage_id))
        return artifact.content_type, stored

    def object(self, id_: str) -> bytes:
        """A stored object."""
        if id_ not in self._history.objects:
            raise RefusedError(404, f"Unable to find the node {id_} / StorageObject in the database.")
        return self._history.objects[id_]

    def _announced(self, artifact: Stored, version: Version) -> Version:
        if artifact.id not in self.lies:
            return version
        return Version(version.since, self.lies[artifact.id], version.storage_id, version.status)
