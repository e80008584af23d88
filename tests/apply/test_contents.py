"""What counts as a reason to keep a Namespace, a definition or a claim, and what is no reason."""

import msgspec
import pytest

from testkit.controlplane import ControlPlane
from vidra.api.meta import OwnerReference
from vidra.api.resource import ManagedObject
from vidra.apply.guards.cascade import Contents, counts, in_namespaces, told
from vidra.kube.client import Client
from vidra.kube.connection import Connection
from vidra.kube.discovery import Discovery, Kind
from vidra.kube.partial_metadata import LiveMeta

CONFIGS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
SECRETS = Kind("v1", "Secret", "secrets", namespaced=True)
ACCOUNTS = Kind("v1", "ServiceAccount", "serviceaccounts", namespaced=True)
PODS = Kind("v1", "Pod", "pods", namespaced=True)
OWNED = (OwnerReference("apps/v1", "ReplicaSet", "web", "1", controller=True),)
NAMED_ONLY = (OwnerReference("v1", "ConfigMap", "web", "1"),)
TOKEN = {"kubernetes.io/service-account.name": "default"}


@pytest.mark.parametrize(
    ("kind", "meta", "expected"),
    [
        (CONFIGS, LiveMeta(name="box"), True),
        (CONFIGS, LiveMeta(name="kube-root-ca.crt"), False),
        (CONFIGS, LiveMeta(name="default"), True),
        (ACCOUNTS, LiveMeta(name="default"), False),
        (ACCOUNTS, LiveMeta(name="robot"), True),
        (SECRETS, LiveMeta(name="default-token-x", annotations=TOKEN), False),
        (SECRETS, LiveMeta(name="robot", annotations={"kubernetes.io/service-account.name": "robot"}), True),
        (PODS, LiveMeta(name="web-1", owner_references=OWNED), False),
        (PODS, LiveMeta(name="web-1", owner_references=NAMED_ONLY), True),
        (PODS, LiveMeta(name="web-1", deletion_timestamp="2026-01-01T00:00:00Z"), False),
    ],
)
def test_what_is_in_a_namespace(kind: Kind, meta: LiveMeta, expected: bool) -> None:
    assert counts(kind, meta, owned=False) is expected


def test_what_a_controller_made_counts_for_a_definition() -> None:
    assert counts(PODS, LiveMeta(name="web-1", owner_references=OWNED), owned=True)


def test_each_kind_is_looked_for_once_and_what_controllers_write_about_others_is_not() -> None:
    scaler = Kind("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", namespaced=True)
    kinds = [
        CONFIGS,
        scaler,
        msgspec.structs.replace(scaler, api_version="autoscaling/v1"),
        Kind("v1", "Event", "events", namespaced=True),
        Kind("coordination.k8s.io/v1", "Lease", "leases", namespaced=True),
        Kind("v1", "Node", "nodes", namespaced=False),
        Kind("v1", "Strange", "stranges", namespaced=True, watchable=False),
    ]
    assert [kind.plural for kind in in_namespaces(kinds)] == ["configmaps", "horizontalpodautoscalers"]


def test_a_message_names_some() -> None:
    assert told([]) == ""
    assert told(["Pod a/b"]) == "it holds Pod a/b"
    assert told([f"Pod a/{number}" for number in range(5)]) == "it holds Pod a/0, Pod a/1, Pod a/2 and 2 more"


async def test_what_may_not_be_seen_is_kept(controlplane: ControlPlane, namespace: str) -> None:
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "blind"}}
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    assert (await controlplane.request("POST", path, account)).status == 201
    admin = Client(Connection(server=controlplane.server, ca=controlplane.ca.decode(), token=controlplane.token))
    answer = await admin.send("POST", f"{path}/blind/token", body=b'{"spec": {}}')
    await admin.close()
    token = msgspec.json.decode(answer)["status"]["token"]
    blind = Client(Connection(server=controlplane.server, ca=controlplane.ca.decode(), token=token))
    entry = ManagedObject(api_version="v1", kind="Namespace", name=namespace)
    why = await Contents(blind, Discovery(blind)).of(entry, f"/api/v1/namespaces/{namespace}")
    await blind.close()
    assert why.startswith("Vidra may not see what is in it (")
    assert "cannot list resource" in why
