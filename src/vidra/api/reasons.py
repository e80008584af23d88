"""The closed set of reasons: every state that a user can reach has one, and each says what to do."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Reason of a condition, and of the Event that goes with it; `reason_guide.py` says what each means."""

    # Good ends
    APPLIED = "Applied"
    SYNCED = "Synced"

    # On the way
    PROGRESSING = "Progressing"
    RETRYING = "ProgressingWithRetry"
    SUSPENDED = "Suspended"
    DELETING = "Deleting"
    WAITING_FOR_HEALTH = "WaitingForHealth"
    NOT_OBSERVED = "NotObserved"
    DEPENDENCY_NOT_READY = "DependencyNotReady"
    RESOURCES_NOT_READY = "ResourcesNotReady"

    # The spec
    INVALID_SPEC = "InvalidSpec"
    DEPENDENCY_CYCLE = "DependencyCycle"

    # Infrahub
    INFRAHUB_UNREACHABLE = "InfrahubUnreachable"
    INFRAHUB_ERROR = "InfrahubError"
    NOT_INFRAHUB = "NotInfrahub"
    CREDENTIALS_MISSING = "CredentialsMissing"
    CREDENTIALS_INVALID = "CredentialsInvalid"
    UNAUTHORIZED = "Unauthorized"
    QUERY_NOT_FOUND = "QueryNotFound"
    QUERY_FAILED = "QueryFailed"
    BRANCH_NOT_FOUND = "BranchNotFound"
    INVALID_TARGET_DATE = "InvalidTargetDate"
    ARTIFACT_NOT_FOUND = "ArtifactNotFound"
    NOT_GENERATED = "NotGenerated"
    CHECKSUM_MISMATCH = "ChecksumMismatch"
    TOO_LARGE = "TooLarge"
    EMPTY_RESULT = "EmptyResult"
    PARTIAL_RESULT = "PartialResult"

    # Other sources
    SOURCE_UNREACHABLE = "SourceUnreachable"
    SOURCE_ERROR = "SourceError"
    SOURCE_NOT_FOUND = "SourceNotFound"
    SOURCE_NOT_READY = "SourceNotReady"
    REF_NOT_FOUND = "RefNotFound"
    VERSION_NOT_FOUND = "VersionNotFound"
    PATH_NOT_FOUND = "PathNotFound"
    VERIFICATION_FAILED = "VerificationFailed"
    HOST_NOT_ALLOWED = "HostNotAllowed"
    UNSUPPORTED_CONTENT = "UnsupportedContent"

    # Charts and kustomizations
    RENDER_FAILED = "RenderFailed"
    RENDERER_MISSING = "RendererMissing"
    VALUES_NOT_FOUND = "ValuesNotFound"

    # The manifest
    CONTENT_MISSING = "ContentMissing"
    CONTENT_REFUSED = "ContentRefused"
    INVENTORY_MISSING = "InventoryMissing"
    INVALID_MANIFEST = "InvalidManifest"
    EMPTY_MANIFEST = "EmptyManifest"

    # The cluster
    CLUSTER_UNREACHABLE = "ClusterUnreachable"
    CLUSTER_CREDENTIALS_MISSING = "ClusterCredentialsMissing"
    KUBECONFIG_REFUSED = "KubeconfigRefused"
    CLUSTER_UNAUTHORIZED = "ClusterUnauthorized"

    ROLLOUT_STOPPED = "RolloutStopped"
    NO_CLUSTER_MATCHES = "NoClusterMatches"
    NO_CLUSTER_FOR_TARGET = "NoClusterForTarget"

    # One object
    KIND_UNKNOWN = "KindUnknown"
    NAMESPACE_MISSING = "NamespaceMissing"
    QUOTA_EXCEEDED = "QuotaExceeded"
    REFUSED_FOR_NOW = "RefusedForNow"
    NOT_OWNED = "NotOwned"
    PROTECTED = "Protected"
    CONFLICT = "Conflict"
    FORBIDDEN = "Forbidden"
    REFUSED = "Refused"
    IMMUTABLE = "Immutable"
    UNHEALTHY = "Unhealthy"
    DRIFTED = "Drifted"
    DRIFT_FIGHT = "DriftFight"
    PRUNE_HELD = "PruneHeld"
    PRUNE_FAILED = "PruneFailed"
    WAITING_FOR_DELETION = "WaitingForDeletion"

    # Vidra itself
    INTERNAL_ERROR = "InternalError"

    # Events only
    CREATED = "Created"
    UPDATED = "Updated"
    HEALTHY = "Healthy"
    DRIFT_REVERTED = "DriftReverted"
    PRUNED = "Pruned"
    KEPT = "Kept"
    LEFT_BEHIND = "LeftBehind"
    ADOPTED = "Adopted"
    CLUSTER_REPLACED = "ClusterReplaced"
    CLUSTER_NOT_PROVEN = "ClusterNotProven"
    WRITE_BACK_FAILED = "WriteBackFailed"
    STATUS_NOT_OURS = "StatusNotOurs"
    GENERATION_FAILED = "GenerationFailed"
    NOT_DETERMINISTIC = "NotDeterministic"
    OTHER_OPERATOR = "OtherOperator"
    WARNED = "ManifestWarning"
    CONFIG_INVALID = "ConfigInvalid"
    CREDENTIALS_AMBIGUOUS = "CredentialsAmbiguous"


TERMINAL = frozenset(
    {
        Reason.INVALID_SPEC,
        Reason.DEPENDENCY_CYCLE,
        Reason.BRANCH_NOT_FOUND,
        Reason.INVALID_TARGET_DATE,
        Reason.EMPTY_RESULT,
        Reason.KUBECONFIG_REFUSED,
        Reason.INVALID_MANIFEST,
        Reason.RENDER_FAILED,
    }
)
"""Reasons that only a change of the input can end, or of what it names in Infrahub: they set `Stalled`."""

RETRIED = frozenset(
    {
        Reason.INFRAHUB_UNREACHABLE,
        Reason.INFRAHUB_ERROR,
        Reason.ARTIFACT_NOT_FOUND,
        Reason.NOT_GENERATED,
        Reason.CHECKSUM_MISMATCH,
        Reason.PARTIAL_RESULT,
        Reason.CONTENT_MISSING,
        Reason.CLUSTER_UNREACHABLE,
        Reason.DRIFT_FIGHT,
        Reason.PRUNE_FAILED,
        Reason.INTERNAL_ERROR,
    }
)
"""Reasons of failures that may end when Vidra tries again, without a person: they set `Reconciling`."""
