"""The closed set of reasons: every state that a user can reach has one, and each says what to do."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Reason of a condition, and of the Event that goes with it (docs/spec/conditions.md lists them all)."""

    # Good ends
    APPLIED = "Applied"
    """Every object of the VidraResource is in its cluster as the manifest says."""
    SYNCED = "Synced"
    """Every artifact of the sync is applied."""

    # On the way
    PROGRESSING = "Progressing"
    """A reconcile is running, or the first one has not ended yet."""
    SUSPENDED = "Suspended"
    """`spec.suspend` is true: nothing is fetched, applied or pruned until it is not."""
    DELETING = "Deleting"
    """The resource is being deleted; its objects go first."""
    WAITING_FOR_HEALTH = "WaitingForHealth"
    """Everything is applied, or a wave of it, and some objects are not healthy yet; the message names them."""
    NOT_OBSERVED = "NotObserved"
    """Objects are applied, and how they are cannot be seen now; the message names them."""
    DEPENDENCY_NOT_READY = "DependencyNotReady"
    """Something in `dependsOn` does not exist, or is not healthy, yet: nothing new is applied before."""
    RESOURCES_NOT_READY = "ResourcesNotReady"
    """Some VidraResources of the sync are not Ready; the message names them."""

    # The spec
    INVALID_SPEC = "InvalidSpec"
    """A field or annotation cannot be read; the message says which, and how it should look."""
    DEPENDENCY_CYCLE = "DependencyCycle"
    """Syncs wait for each other in a circle; the message names it."""

    # Infrahub
    INFRAHUB_UNREACHABLE = "InfrahubUnreachable"
    """No answer from Infrahub: connection refused, time-out, TLS. Retried."""
    INFRAHUB_ERROR = "InfrahubError"
    """Infrahub answered with an error that may be transient. Retried."""
    NOT_INFRAHUB = "NotInfrahub"
    """The answer is not from an Infrahub API: HTML, a redirect, another shape. Check `infrahubAPIURL`."""
    CREDENTIALS_MISSING = "CredentialsMissing"
    """No Secret holds credentials for this Infrahub."""
    CREDENTIALS_INVALID = "CredentialsInvalid"
    """The Secret for this Infrahub lacks keys, or its values cannot be read."""
    UNAUTHORIZED = "Unauthorized"
    """Infrahub refuses the credentials."""
    QUERY_NOT_FOUND = "QueryNotFound"
    """Infrahub has no stored query of the configured name."""
    QUERY_FAILED = "QueryFailed"
    """Infrahub has the stored query but cannot run it as Vidra asks."""
    BRANCH_NOT_FOUND = "BranchNotFound"
    """Infrahub has no such branch."""
    INVALID_TARGET_DATE = "InvalidTargetDate"
    """Infrahub does not take the target date."""
    ARTIFACT_NOT_FOUND = "ArtifactNotFound"
    """The artifact is listed, or was, but its content cannot be had."""
    NOT_GENERATED = "NotGenerated"
    """Infrahub has not generated the artifact yet (`checksum: null`)."""
    CHECKSUM_MISMATCH = "ChecksumMismatch"
    """The download is not what Infrahub announced. Discarded and retried."""
    TOO_LARGE = "TooLarge"
    """The text is over the size that Vidra accepts, or its inventory over that of a VidraResource."""
    EMPTY_RESULT = "EmptyResult"
    """Infrahub lists no artifact of this name. Nothing is pruned unless `allowEmpty` is true."""
    PARTIAL_RESULT = "PartialResult"
    """Infrahub's list is incomplete. What it contains is applied, nothing is pruned."""

    # The manifest
    CONTENT_MISSING = "ContentMissing"
    """The stored content of the VidraResource was lost or damaged; its sync downloads it again."""
    CONTENT_REFUSED = "ContentRefused"
    """`spec.content` names a stored text that no sync gave to this VidraResource for its destination. Not read."""
    INVALID_MANIFEST = "InvalidManifest"
    """Documents of the manifest cannot be read. The others are applied, nothing is pruned."""
    EMPTY_MANIFEST = "EmptyManifest"
    """The manifest holds no object. Nothing is pruned unless `allowEmpty` is true."""

    # The cluster
    CLUSTER_UNREACHABLE = "ClusterUnreachable"
    """No answer from the destination's API server. Retried."""
    CLUSTER_CREDENTIALS_MISSING = "ClusterCredentialsMissing"
    """No Secret holds a kubeconfig for the destination."""
    KUBECONFIG_REFUSED = "KubeconfigRefused"
    """The destination's kubeconfig holds what Vidra does not accept; the message says what."""
    CLUSTER_UNAUTHORIZED = "ClusterUnauthorized"
    """The destination's API server refuses the credentials."""

    ROLLOUT_STOPPED = "RolloutStopped"
    """A change failed in a cluster, and `rollout.maxConcurrent` keeps it from those that do not have it yet."""
    NO_CLUSTER_MATCHES = "NoClusterMatches"
    """`clusterSelector` matches no Secret with a kubeconfig: nothing is applied anywhere."""

    # One object
    KIND_UNKNOWN = "KindUnknown"
    """The cluster does not serve this kind (yet). Applied as soon as it does."""
    NAMESPACE_MISSING = "NamespaceMissing"
    """The namespace does not exist, or is being deleted; create it, or set `destination.createNamespace`."""
    QUOTA_EXCEEDED = "QuotaExceeded"
    """A ResourceQuota leaves no room for the object. Tried again every few seconds."""
    REFUSED_FOR_NOW = "RefusedForNow"
    """The API server, or what it asks (a webhook, etcd), cannot take the object now. Tried again every few seconds."""
    NOT_OWNED = "NotOwned"
    """The object exists and Vidra did not create it: left alone."""
    PROTECTED = "Protected"
    """The object is Vidra's own, decides about what is, or holds credentials for it: never taken from an artifact."""
    CONFLICT = "Conflict"
    """Another owner holds a field with another value; the message names both."""
    FORBIDDEN = "Forbidden"
    """The cluster's RBAC does not let Vidra do this."""
    REFUSED = "Refused"
    """The API server does not accept the object, and will not before somebody changes something."""
    IMMUTABLE = "Immutable"
    """The change touches a field that cannot change; the object would have to be deleted and created."""
    UNHEALTHY = "Unhealthy"
    """An object is applied and has failed, or was not healthy in time; the message is its own."""
    DRIFTED = "Drifted"
    """Somebody changed objects, and `driftPolicy` says to leave that so; the message names the fields."""
    DRIFT_FIGHT = "DriftFight"
    """Somebody changes an object again and again right after Vidra put it back; the message names whom. Slowed down."""
    PRUNE_HELD = "PruneHeld"
    """More would be pruned than `pruneLimit` allows. Nothing is pruned until somebody approves the named set."""
    PRUNE_FAILED = "PruneFailed"
    """An object that is no longer wanted could not be removed. It stays in the inventory and is retried."""
    WAITING_FOR_DELETION = "WaitingForDeletion"
    """A removed object still has finalizers; Vidra waits until it is deleted."""

    # Vidra itself
    INTERNAL_ERROR = "InternalError"
    """A fault of Vidra. The log has the details; the reconcile is retried."""

    # Events only
    CREATED = "Created"
    """An artifact was found and its VidraResource made."""
    UPDATED = "Updated"
    """An artifact changed and its VidraResource with it."""
    HEALTHY = "Healthy"
    """Objects had failed, and all of them are healthy now."""
    DRIFT_REVERTED = "DriftReverted"
    """Objects that somebody changed were reverted; the message names them."""
    PRUNED = "Pruned"
    """Objects or VidraResources that are no longer wanted were removed."""
    KEPT = "Kept"
    """Objects that are no longer wanted stay: they say so, or hold what is not Vidra's."""
    LEFT_BEHIND = "LeftBehind"
    """A deletion ended, at its time limit or without waiting for finalizers; the message lists what is still there."""
    ADOPTED = "Adopted"
    """Objects that were there before are Vidra's from now on."""
    CLUSTER_REPLACED = "ClusterReplaced"
    """Another cluster was found at the address; it is filled afresh, and nothing of the old inventory is deleted."""
    CLUSTER_NOT_PROVEN = "ClusterNotProven"
    """Another server says that it is the same cluster, and does not prove it: neither counts for the other."""
    GENERATION_FAILED = "GenerationFailed"
    """Infrahub could not regenerate an artifact; its last good text stays applied."""
    OTHER_OPERATOR = "OtherOperator"
    """Another operator works in the same namespace, and neither holds a Lease against it."""
    WARNED = "ManifestWarning"
    """The manifest was read, with a remark."""
    CONFIG_INVALID = "ConfigInvalid"
    """A key of Vidra's ConfigMap cannot be read; its default stays in force."""
    CREDENTIALS_AMBIGUOUS = "CredentialsAmbiguous"
    """Several Secrets match, and one is used."""


TERMINAL = frozenset(
    {
        Reason.INVALID_SPEC,
        Reason.DEPENDENCY_CYCLE,
        Reason.KUBECONFIG_REFUSED,
        Reason.INVALID_MANIFEST,
    }
)
"""Reasons that only a change of the input can end: they set `Stalled`."""
