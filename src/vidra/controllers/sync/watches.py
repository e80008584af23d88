"""Every event that enqueues a sync, or has its source polled, with the reason why.

Called by the stores of Vidra's own resources and Secrets, and by the webhook dispatcher. It adds keys to the work
queue; an enqueued sync only updates its status. A poll is requested where the last listing is no longer current.
Otherwise the source is polled at the interval, for a new spec, and when the annotation requests it (`PollState.wait`).
"""

from __future__ import annotations

from collections.abc import Callable

from vidra.api.resource import VidraResource
from vidra.api.sources import SourceSpec
from vidra.api.sync import Sync
from vidra.clusters.label_selector import matches
from vidra.controllers.runtime.context import ControllerContext, sync_of
from vidra.controllers.runtime.predicates import needs_reconcile
from vidra.controllers.runtime.workqueue import WorkQueue
from vidra.controllers.sync.artifacts.diff import artifact_of, is_lost, is_refused
from vidra.controllers.sync.rendering.values import takes_from
from vidra.controllers.sync.source.cancellation import cancel_poll
from vidra.controllers.sync.state import SyncStates
from vidra.controllers.sync.status.resource_news import last_became_ready, repeated
from vidra.kube.types import ConfigMap, PartialObjectMetadata, Secret
from vidra.sources.kinds import Sources

GATHER = 0.5
"""Seconds over which changes of VidraResources are collected into one status update. The last one is not delayed."""


class SyncWatches:
    """Enqueues syncs when a store reports a change."""

    def __init__(self, shared: ControllerContext, states: SyncStates, queue: WorkQueue, sources: Sources) -> None:
        self._shared = shared
        self._states = states
        self._queue = queue
        shared.syncs.listen(self._sync_changed)
        shared.resources.listen(self._resource_changed)
        sources.listen(self._source_changed)
        shared.cluster_secrets.listen(self._cluster_changed)
        shared.kept.listen(self._text_changed)
        shared.values.listen(self._values_changed)

    def enqueue_poll(self, name: str) -> None:
        """Poll at once, and again if a poll is running: for a webhook, a changed setting, a new shard."""
        self._states.of(name).outdated = True
        self._queue.add(name)

    def is_current(self, name: str) -> bool:
        """Whether the last listing is current, so that news that it already contains needs no poll."""
        return self._states.is_current(name)

    def _sync_changed(self, old: Sync | None, new: Sync | None) -> None:
        item = new or old
        assert item is not None
        name = item.key
        # A person changed or requested something.
        if needs_reconcile(old.metadata if old else None, new.metadata if new else None):
            self._queue.add(name)
        # A poll for an old spec is cancelled: the new one must not wait for a source that hangs.
        if old and (new is None or old.metadata.generation != new.metadata.generation):
            cancel_poll(self._states.of(name))
        # A deleted sync may be waiting for what this one now has.
        for waiting in self._states.waiting_for_successors:
            self._queue.add(waiting)
        # A dependency cycle may have appeared or been resolved, anywhere along it.
        if (old.spec.depends_on if old else ()) != (new.spec.depends_on if new else ()):
            for sync in self._shared.syncs:
                if sync.spec.depends_on:
                    self._queue.add(sync.key)

    def _resource_changed(self, old: VidraResource | None, new: VidraResource | None) -> None:
        item = new or old
        assert item is not None
        name = sync_of(item)
        if not name:
            return
        state, group = self._states.of(name), self._shared.resources.group
        before, after = repeated(old), repeated(new)
        last = last_became_ready(state, item.metadata.name, before, after, lambda: group(name))
        # Somebody deleted one that is still listed: it is recreated.
        deleted = new is None and (state.poll is None or artifact_of(item) in state.poll.done.artifacts)
        # Its text is lost, or was not given to it: it has to be downloaded again.
        needs_text = new is not None and _needs_text(new) and not (old is not None and _needs_text(old))
        if deleted or needs_text:
            self.enqueue_poll(name)
        # The last one became Ready: dependents may be waiting for that.
        elif last:
            self._queue.add(name)
        # The status of the sync repeats something else now; more changes will follow.
        elif before != after:
            self._queue.add_after(name, GATHER)

    def _source_changed(self, concerns: Callable[[SourceSpec], bool]) -> None:
        # Other credentials, or news of the source: the next poll may give another result.
        for sync in self._shared.syncs:
            if any(map(concerns, sync.reads)):
                self.enqueue_poll(sync.key)

    def _values_changed(self, old: ConfigMap | Secret | None, new: ConfigMap | Secret | None) -> None:
        # Values appeared, disappeared or are others: what is rendered with them may be another text.
        item = new or old
        assert item is not None
        if old is not None and new is not None and old.data == new.data:
            return
        for sync in self._shared.syncs:
            if any(takes_from(place, item, self._shared.namespace) for place in sync.values_from):
                self.enqueue_poll(sync.key)

    def _cluster_changed(self, old: Secret | None, new: Secret | None) -> None:
        # A sync with a selector may have got a cluster, or lost one, or a cluster's address changed.
        for sync in self._shared.syncs:
            selector = sync.spec.destination.cluster_selector
            if selector and any(secret and matches(selector, secret.metadata.labels) for secret in (old, new)):
                self.enqueue_poll(sync.key)

    def _text_changed(self, old: PartialObjectMetadata | None, new: PartialObjectMetadata | None) -> None:
        # Somebody deleted a text: it is downloaded soon, because the source may be unavailable when it is needed.
        if old is None or new is not None:
            return
        for resource in self._shared.resources:
            content = resource.spec.content
            wanted = content and old.metadata.name in content.secrets and not resource.metadata.deletion_timestamp
            if wanted and (name := sync_of(resource)):
                self._states.of(name).outdated = True
                self._queue.add_after(name, GATHER)


def _needs_text(resource: VidraResource) -> bool:
    return is_lost(resource) or is_refused(resource)
