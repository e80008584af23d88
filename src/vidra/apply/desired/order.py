"""The order in which kinds are applied; pruning uses the reverse. The order is data."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

from vidra.api.names import WAVE

FIRST_WAVE, LAST_WAVE = -(1 << 63), (1 << 63) - 1
"""What the status of a VidraResource can hold: integers of an API server have 64 bits."""


class Stage(IntEnum):
    """Objects of one stage are applied together; a stage starts when the one before it is done."""

    DEFINITIONS = 0
    """Kinds and namespaces that other objects need."""
    FOUNDATIONS = 1
    """Objects that others refer to by name."""
    OBJECTS = 2
    """Everything else."""
    GATES = 3
    """Objects that can refuse all of the above."""


class Leave(NamedTuple):
    """When an object is pruned; the highest first.

    Inside a wave, custom resources are deleted before anything that may serve them: the controller that removes their
    finalizers, its account and rights, their webhooks, API services and CRDs.
    """

    wave: int
    custom: bool
    stage: Stage


class Step(NamedTuple):
    """When an object is applied: waves first, stages inside a wave."""

    wave: int
    stage: Stage


_CORE = ""
_BUILTIN = frozenset(
    f"{name}.k8s.io"
    for name in (
        *("admissionregistration", "apiextensions", "apiregistration", "authentication", "authorization"),
        *("certificates", "coordination", "discovery", "events", "flowcontrol.apiserver", "internal.apiserver"),
        *("networking", "node", "rbac.authorization", "resource", "scheduling", "storage", "storagemigration"),
    )
)
"""Groups of Kubernetes itself that contain a dot, as all other groups do."""
_STAGES: dict[tuple[str, str], Stage] = {
    ("apiextensions.k8s.io", "CustomResourceDefinition"): Stage.DEFINITIONS,
    (_CORE, "Namespace"): Stage.DEFINITIONS,
    ("scheduling.k8s.io", "PriorityClass"): Stage.FOUNDATIONS,
    ("node.k8s.io", "RuntimeClass"): Stage.FOUNDATIONS,
    ("storage.k8s.io", "StorageClass"): Stage.FOUNDATIONS,
    ("networking.k8s.io", "IngressClass"): Stage.FOUNDATIONS,
    ("gateway.networking.k8s.io", "GatewayClass"): Stage.FOUNDATIONS,
    ("rbac.authorization.k8s.io", "ClusterRole"): Stage.FOUNDATIONS,
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): Stage.FOUNDATIONS,
    ("rbac.authorization.k8s.io", "Role"): Stage.FOUNDATIONS,
    ("rbac.authorization.k8s.io", "RoleBinding"): Stage.FOUNDATIONS,
    (_CORE, "ServiceAccount"): Stage.FOUNDATIONS,
    (_CORE, "ResourceQuota"): Stage.FOUNDATIONS,
    (_CORE, "LimitRange"): Stage.FOUNDATIONS,
    (_CORE, "ConfigMap"): Stage.FOUNDATIONS,
    (_CORE, "Secret"): Stage.FOUNDATIONS,
    (_CORE, "PersistentVolume"): Stage.FOUNDATIONS,
    (_CORE, "PersistentVolumeClaim"): Stage.FOUNDATIONS,
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): Stage.GATES,
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): Stage.GATES,
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"): Stage.GATES,
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"): Stage.GATES,
    ("apiregistration.k8s.io", "APIService"): Stage.GATES,
}


def is_builtin(group: str) -> bool:
    """Whether a group is Kubernetes' own: its kinds need no CRD, and only Kubernetes serves them."""
    return "." not in group or group in _BUILTIN


def stage_of(api_version: str, kind: str) -> Stage:
    """The stage of a kind, whatever its version."""
    group = api_version.rpartition("/")[0]
    return _STAGES.get((group, kind), Stage.OBJECTS)


def leave_of(api_version: str, kind: str, wave: int) -> Leave:
    """When an object is pruned."""
    return Leave(wave, not is_builtin(api_version.rpartition("/")[0]), stage_of(api_version, kind))


def wave_of(annotations: Mapping[str, object]) -> int:
    """The wave of an object, by its annotation; 0 without one.

    Invariant: every result fits into an inventory. A number that does not fit would block the whole status, and so the
    report about every other object.

    Raises:
        ValueError: The annotation is no whole number, or none of 64 bits.
    """
    try:
        wave = int(str(annotations.get(WAVE, "0")))
    except ValueError:
        raise ValueError(f"the annotation {WAVE} must be a whole number, such as 1 or -1") from None
    if not FIRST_WAVE <= wave <= LAST_WAVE:
        raise ValueError(f"the annotation {WAVE} must be a number of 64 bits, such as 1 or -1")
    return wave
