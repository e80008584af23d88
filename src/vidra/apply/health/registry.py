"""The rule for each kind, whatever its API version."""

from collections.abc import Callable, Mapping
from typing import Any

from vidra.api.health import Health
from vidra.apply.health import core_kinds, kubevirt, pods, sdc, workloads
from vidra.apply.health.generic import custom
from vidra.apply.health.results import current

Judge = Callable[[Mapping[str, Any]], Health]
"""Returns the health of an object that is not being deleted."""

_SDC_GROUPS = frozenset({"config.sdcio.dev", "inv.sdcio.dev"})

_JUDGES: dict[tuple[str, str], Judge] = {
    ("apps", "Deployment"): workloads.deployment,
    ("apps", "StatefulSet"): workloads.stateful_set,
    ("apps", "DaemonSet"): workloads.daemon_set,
    ("apps", "ReplicaSet"): workloads.replica_set,
    ("extensions", "Deployment"): workloads.deployment,
    ("extensions", "DaemonSet"): workloads.daemon_set,
    ("extensions", "ReplicaSet"): workloads.replica_set,
    ("", "ReplicationController"): workloads.replica_set,
    ("", "Pod"): pods.pod,
    ("", "PersistentVolumeClaim"): core_kinds.claim,
    ("", "PersistentVolume"): core_kinds.volume,
    ("", "Service"): core_kinds.service,
    ("", "Namespace"): core_kinds.namespace,
    ("batch", "Job"): core_kinds.job,
    ("autoscaling", "HorizontalPodAutoscaler"): core_kinds.autoscaler,
    ("policy", "PodDisruptionBudget"): core_kinds.disruption_budget,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): core_kinds.definition,
    ("apiregistration.k8s.io", "APIService"): core_kinds.api_service,
    ("kubevirt.io", "VirtualMachine"): kubevirt.machine,
    ("kubevirt.io", "VirtualMachineInstance"): kubevirt.instance,
    ("cdi.kubevirt.io", "DataVolume"): kubevirt.data_volume,
    ("config.sdcio.dev", "Config"): sdc.reconciled,
    ("config.sdcio.dev", "ConfigSet"): sdc.reconciled,
    ("config.sdcio.dev", "Target"): sdc.reconciled,
    ("inv.sdcio.dev", "Target"): sdc.reconciled,
    ("config.sdcio.dev", "Deviation"): sdc.deviation,
}

_BY_METADATA = frozenset(
    {
        ("", "ConfigMap"),
        ("", "Endpoints"),
        ("", "Event"),
        ("", "LimitRange"),
        ("", "Namespace"),
        ("", "PodTemplate"),
        ("", "ResourceQuota"),
        ("", "Secret"),
        ("", "ServiceAccount"),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        ("apps", "ControllerRevision"),
        ("batch", "CronJob"),
        ("coordination.k8s.io", "Lease"),
        ("discovery.k8s.io", "EndpointSlice"),
        ("events.k8s.io", "Event"),
        ("networking.k8s.io", "Ingress"),
        ("networking.k8s.io", "IngressClass"),
        ("networking.k8s.io", "NetworkPolicy"),
        ("node.k8s.io", "RuntimeClass"),
        ("rbac.authorization.k8s.io", "ClusterRole"),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
        ("rbac.authorization.k8s.io", "Role"),
        ("rbac.authorization.k8s.io", "RoleBinding"),
        ("scheduling.k8s.io", "PriorityClass"),
        ("storage.k8s.io", "CSIDriver"),
        ("storage.k8s.io", "CSINode"),
        ("storage.k8s.io", "StorageClass"),
    }
)
"""Kinds that are healthy as soon as they exist, or that can only be deleted."""

UNOBSERVED = frozenset({("kubevirt.io", "VirtualMachine")})
"""Kinds whose status.observedGeneration does not say that the controller has seen the spec."""


def group_of(api_version: str) -> str:
    """The group of an apiVersion; empty for the core."""
    return api_version.rpartition("/")[0]


def needs_body(api_version: str, kind: str) -> bool:
    """Whether spec and status are needed for this kind; if not, its metadata are enough."""
    return (group_of(api_version), kind) not in _BY_METADATA


def judge(group: str, kind: str) -> Judge:
    """The rule for a kind."""
    if found := _JUDGES.get((group, kind)):
        return found
    if (group, kind) in _BY_METADATA:
        return lambda _: current()
    return sdc.other if group in _SDC_GROUPS else custom
