"""In which order kinds are applied; pruning goes the other way. Order is data."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

from vidra.api.names import WAVE

FIRST_WAVE, LAST_WAVE = -(1 << 63), (1 << 63) - 1
"""What the status of a VidraResource can hold: integers of an API server have 64 bits."""


class Stage(IntEnum):
    """Objects of one stage are applied together; a stage starts when the one before it is through."""

    DEFINITIONS = 0
    """What gives others a kind or a place."""
    FOUNDATIONS = 1
    """What others refer to by name."""
    OBJECTS = 2
    """Everything else."""
    GATES = 3
    """What can refuse all of the above once it is there."""


class Leave(NamedTuple):
    """When an object's turn to go comes, the last first.

    Inside a wave custom resources go before anything that may serve them: the controller that takes their finalizers
    off, its account and its rights, their webhooks, API services and definitions.
    """

    wave: int
    custom: bool
    stage: Stage


class Step(NamedTuple):
    """When an object's turn comes: waves first, stages inside a wave."""

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
"""Groups of Kubernetes itself that have a dot. What others define has one always."""
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
    """Whether a group is Kubernetes' own: its kinds need no definition, and nobody else serves them."""
    return "." not in group or group in _BUILTIN


def stage_of(api_version: str, kind: str) -> Stage:
    """The stage of a kind, whatever its version."""
    group = api_version.rpartition("/")[0]
    return _STAGES.get((group, kind), Stage.OBJECTS)


def leave_of(api_version: str, kind: str, wave: int) -> Leave:
    """When an object goes."""
    return Leave(wave, not is_builtin(api_version.rpartition("/")[0]), stage_of(api_version, kind))


def wave_of(annotations: Mapping[str, object]) -> int:
    """The wave that an object says it belongs to; 0 when it says nothing.

    Invariant: whatever it gives can stand in an inventory. A number that cannot would keep the whole status from being
    written, and so every other object from being reported.

    Raises:
        ValueError: It says something that is no whole number, or none of 64 bits.
    """
    try:
        wave = int(str(annotations.get(WAVE, "0")))
    except ValueError:
        raise ValueError(f"the annotation {WAVE} must be a whole number, such as 1 or -1") from None
    if not FIRST_WAVE <= wave <= LAST_WAVE:
        raise ValueError(f"the annotation {WAVE} must be a number of 64 bits, such as 1 or -1")
    return wave
