"""Which artifacts, of which branch, at which moment."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from vidra.api.sources.infrahub import ArtifactTargets


class Selection(msgspec.Struct, frozen=True):
    """What one sync reads from an Infrahub."""

    artifact_name: str
    branch: str
    query: str
    """Name of the stored GraphQL query that lists the artifacts."""
    at: datetime | None
    """An aware moment; None means the newest data."""
    date: str = ""
    """How the sync names the moment. Messages repeat that: a relative one is another moment at each reconcile."""
    targets: ArtifactTargets | None = None
    """The objects whose artifacts are wanted; None: of all, and nobody asks which object an artifact is for."""

    def __str__(self) -> str:
        moment = f", at {self.date or _rfc3339(self.at)}" if self.at else ""
        return f"query `{self.query}`, branch `{self.branch}`, artifact name `{self.artifact_name}`{moment}"


def parameters(selection: Selection) -> dict[str, str]:
    """The query string that puts a request into the selection's branch and moment."""
    found = {"branch": selection.branch}
    if selection.at is not None:
        found["at"] = _rfc3339(selection.at)
    return found


def variables(selection: Selection) -> dict[str, object]:
    """The variables of the stored query; one that does not know the last two answers as if they were not there."""
    found: dict[str, object] = {"artifactname": selection.artifact_name}
    if selection.targets is not None:
        found["targets"] = True
        if selection.targets.groups:
            found["groups"] = True
    return found


def _rfc3339(moment: datetime) -> str:
    """UTC with `Z`, to the microsecond: Infrahub's history is finer than seconds."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is ambiguous")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
