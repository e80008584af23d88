"""Which clusters a selector finds, when several people may write Secrets with kubeconfigs."""

import base64

import msgspec
import pytest

from vidra.api.meta import Meta
from vidra.api.names import CLUSTER_LABEL, TARGET_LABEL
from vidra.api.sync import ClusterSelector
from vidra.clusters.secret_index import SecretIndex
from vidra.kube.store import Store
from vidra.kube.types import Secret

OWN = "vidra-system"
PROD = "https://prod.example:6443"
EDGE = ClusterSelector(match_labels={"environment": "edge"})


def secret(name: str, created: str, server: str = PROD, environment: str = "edge") -> Secret:
    """Named as `namespace/name`."""
    namespace, _, rest = name.partition("/")
    kubeconfig = {
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": name}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    labels, annotations = {CLUSTER_LABEL: "x", "environment": environment}, {CLUSTER_LABEL: server}
    meta = Meta(
        name=rest,
        namespace=namespace,
        uid=name,
        resource_version="1",
        creation_timestamp=created,
        labels=labels,
        annotations=annotations,
    )
    return Secret(meta, {"kubeconfig": base64.b64encode(msgspec.yaml.encode(kubeconfig)).decode()})


def index(*secrets: Secret) -> SecretIndex:
    store = Store[Secret]()
    for item in secrets:
        store.changed(item)
    return SecretIndex(store, OWN)


def selected(*secrets: Secret) -> tuple[list[str], list[str]]:
    """The Secrets that select a cluster, and those that are refused."""
    found = index(*secrets).select(EDGE)
    return [entry.name for entry in found.clusters], [entry.name for entry in found.refused]


@pytest.mark.parametrize(
    ("secrets", "expected"),
    [
        ([secret("team/a", "2020")], (["team/a"], [])),
        # Somebody else's cluster is not selected by one's own labels, whoever was there first.
        ([secret(f"{OWN}/p", "2020", environment="prod"), secret("team/a", "2021")], ([], ["team/a"])),
        ([secret("team/a", "2020"), secret(f"{OWN}/p", "2021", environment="prod")], ([], ["team/a"])),
        ([secret("one/a", "2020", environment="prod"), secret("two/b", "2021")], ([], ["two/b"])),
        # A newer Secret of somebody else takes nothing out of a selection.
        ([secret(f"{OWN}/p", "2020"), secret("team/a", "2021", environment="other")], ([f"{OWN}/p"], [])),
        ([secret("one/a", "2020"), secret("two/b", "2021", environment="other")], (["one/a"], [])),
        # Within one namespace each Secret may select.
        ([secret("one/a", "2020"), secret("one/b", "2021", environment="other")], (["one/a"], [])),
        # The cluster that Vidra runs in, which it reaches as itself.
        ([secret("team/a", "2020", "https://kubernetes.default.svc")], ([], ["team/a"])),
        ([secret("team/a", "2020", "https://KUBERNETES.default.svc:443/")], ([], ["team/a"])),
        ([secret(f"{OWN}/a", "2020", "https://kubernetes.default.svc")], ([f"{OWN}/a"], [])),
    ],
)
def test_labels_count_where_the_credentials_come_from(
    secrets: list[Secret], expected: tuple[list[str], list[str]]
) -> None:
    assert selected(*secrets) == expected
    assert selected(*reversed(secrets)) == expected


def test_the_credentials_of_a_server_stay_those_of_who_had_them_first() -> None:
    found = index(secret("one/a", "2020"), secret("two/b", "2021"), secret("one/c", "2022")).candidates(PROD)
    assert [item.metadata.uid for item in found] == ["one/c", "one/a", "two/b"]


@pytest.mark.parametrize(
    ("label", "annotation", "expected"),
    [
        ("", "", set()),
        ("north", "", {"north"}),
        ("north", "Edge Oslo 1, south,,", {"Edge Oslo 1", "south"}),
    ],
)
def test_a_secret_says_what_its_cluster_is_for(label: str, annotation: str, expected: set[str]) -> None:
    item = secret("team/a", "2020")
    item.metadata.labels[TARGET_LABEL] = label
    item.metadata.annotations[TARGET_LABEL] = annotation
    (entry,) = index(item).select(EDGE).clusters
    assert entry.serves == expected
