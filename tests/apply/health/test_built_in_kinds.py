"""Every kind of a real API server, new and without a status: those that nobody writes one of must not wait for it."""

from vidra.api.health import Status
from vidra.apply.health import health_of
from vidra.apply.health.observed import BUILT_IN
from vidra.apply.health.registry import group_of
from vidra.kube.client import Client
from vidra.kube.discovery import Discovery

WAIT = {
    ("", "PersistentVolumeClaim"),
    ("", "Pod"),
    ("", "ReplicationController"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
    ("apps", "DaemonSet"),
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("autoscaling", "HorizontalPodAutoscaler"),
    ("batch", "Job"),
    ("policy", "PodDisruptionBudget"),
}
"""Kinds whose objects are on their way until a controller of Kubernetes' own has looked at them."""


async def test_only_kinds_that_a_controller_writes_about_wait_for_it(admin: Client) -> None:
    kinds = await Discovery(admin).everything()
    mine = [kind for kind in kinds if group_of(kind.api_version) in BUILT_IN]
    assert len(mine) > 50
    found = {
        (group_of(kind.api_version), kind.kind)
        for kind in mine
        if health_of(
            {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": "new", "generation": 1}},
            has_status=kind.has_status,
        ).status
        is not Status.CURRENT
    }
    assert found == WAIT


async def test_every_group_of_the_server_itself_is_known_as_such(admin: Client) -> None:
    groups = {group_of(kind.api_version) for kind in await Discovery(admin).everything()}
    assert {group for group in groups if "." not in group or group.endswith(".k8s.io")} <= BUILT_IN
