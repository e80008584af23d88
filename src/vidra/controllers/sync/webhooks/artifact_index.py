"""Which syncs have an artifact. An index, because one change in Infrahub may send thousands of events."""

from __future__ import annotations

from collections.abc import Collection

from vidra.api.resource import VidraResource
from vidra.controllers.runtime.context import sync_of
from vidra.controllers.sync.artifacts.diff import artifact_of
from vidra.kube.store import Store


class ArtifactIndex:
    """VidraResources and their syncs, by artifact."""

    def __init__(self, resources: Store[VidraResource]) -> None:
        self._resources = resources
        self._by_artifact: dict[str, dict[str, str]] = {}
        resources.listen(self._changed)
        for resource in resources:
            self._changed(None, resource)

    def syncs(self, artifact: str) -> Collection[str]:
        """Names of the syncs that have it."""
        return set(self._by_artifact.get(artifact, {}).values())

    def resources(self, artifact: str, sync: str) -> list[VidraResource]:
        """The VidraResources that a sync has of it: one for each cluster."""
        names = [name for name, by in self._by_artifact.get(artifact, {}).items() if by == sync]
        return [item for name in names if (item := self._resources.get(name)) is not None]

    def _changed(self, old: VidraResource | None, new: VidraResource | None) -> None:
        before, after = old and artifact_of(old), new and artifact_of(new)
        if old and before and before != after:
            names = self._by_artifact.get(before, {})
            names.pop(old.metadata.name, None)
            if not names:
                self._by_artifact.pop(before, None)
        if new and after and (name := sync_of(new)):
            self._by_artifact.setdefault(after, {})[new.metadata.name] = name
