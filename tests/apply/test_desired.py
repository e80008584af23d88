from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from testkit.digests import DIGESTS
from vidra.api.names import FORMER_LABEL, FORMER_VALUE, MANAGED_LABEL
from vidra.apply.desired.object import SERVER_SET, DesiredObject, build_desired_object
from vidra.apply.field_owner import Owner
from vidra.kube.discovery import Kind
from vidra.manifests import ManifestObject, Ref

OWNER = Owner("hub", "me")
CONFIGS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
NODES = Kind("v1", "Node", "nodes", namespaced=False)


def wish(
    metadata: dict[str, Any], kind: Kind = CONFIGS, fallback: str = "fallback", owner: Owner = OWNER, **body: Any
) -> DesiredObject:
    ref = Ref("v1", kind.kind, metadata.get("namespace", ""), "a")
    whole = {"apiVersion": "v1", "kind": kind.kind, "metadata": {"name": "a", **metadata}, **body}
    return build_desired_object(ManifestObject(ref, whole, 1), kind, "", fallback, owner, digests=DIGESTS)


@pytest.mark.parametrize(
    ("kind", "given_", "namespace"),
    [(CONFIGS, "", "fallback"), (CONFIGS, "own", "own"), (NODES, "", ""), (NODES, "own", "")],
)
def test_the_namespace_follows_the_kind(kind: Kind, given_: str, namespace: str) -> None:
    found = wish({"namespace": given_} if given_ else {}, kind)
    assert found.ref.namespace == namespace
    assert found.body["metadata"].get("namespace", "") == namespace
    assert found.key.namespace == namespace


def test_what_only_a_server_sets_is_left_out_and_the_rest_stays() -> None:
    found = wish(dict.fromkeys(SERVER_SET, "x") | {"finalizers": ["f"], "labels": {"a": "b"}}, data={"k": "v"})
    metadata = found.body["metadata"]
    assert not SERVER_SET & metadata.keys()
    assert metadata["finalizers"] == ["f"]
    assert metadata["labels"] == {"a": "b", **OWNER.labels}
    assert found.body["data"] == {"k": "v"}


@pytest.mark.parametrize("empty", [None, {}])
def test_null_labels_and_annotations_are_none(empty: Any) -> None:
    metadata = wish({"labels": empty, "annotations": empty}).body["metadata"]
    assert metadata["labels"] == OWNER.labels
    assert metadata["annotations"] == OWNER.annotations


def test_the_text_cannot_take_the_marks_off() -> None:
    assert wish({"labels": {MANAGED_LABEL: "me"}}).body["metadata"]["labels"] == OWNER.labels


def test_a_label_of_the_text_is_the_texts_own() -> None:
    mine = wish({"labels": {FORMER_LABEL: "platform-team"}})
    assert mine.body["metadata"]["labels"] == {FORMER_LABEL: "platform-team", **OWNER.labels}


@pytest.mark.parametrize(
    ("labels", "digest"),
    [({}, "fea6c44c3c8c"), ({"app": "web"}, "2852b71a428f"), ({FORMER_LABEL: FORMER_VALUE}, "cc58ed8df912")],
)
def test_a_text_has_the_digest_that_earlier_versions_gave_it(labels: dict[str, str], digest: str) -> None:
    given_ = {"labels": labels} if labels else {}
    assert wish(given_, data={"a": "b"}).formers[0] == digest


def test_a_text_whose_label_earlier_versions_overwrote_is_another_one_now() -> None:
    assert wish({"labels": {FORMER_LABEL: "me"}}, data={"a": "b"}).formers[0] != "cc58ed8df912"


def test_the_manifests_own_object_is_not_changed() -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    before = msgspec.json.encode(body)
    build_desired_object(
        ManifestObject(Ref("v1", "ConfigMap", "", "a"), body, 1), CONFIGS, "", "ns", OWNER, digests=DIGESTS
    )
    assert msgspec.json.encode(body) == before


@given(
    st.dictionaries(st.text(max_size=5), st.text(max_size=5)), st.dictionaries(st.text(max_size=5), st.text(max_size=5))
)
def test_the_digest_tells_texts_apart(one: dict[str, str], other: dict[str, str]) -> None:
    assert (wish({}, data=one).digest == wish({}, data=other).digest) == (list(one.items()) == list(other.items()))


def test_a_payload_with_a_uid_can_create_nothing() -> None:
    found = wish({}, data={"k": "v"})
    assert msgspec.json.decode(found.payload()) == found.body
    with_uid = msgspec.json.decode(found.payload("u"))
    assert with_uid["metadata"] == {**found.body["metadata"], "uid": "u"}
    assert with_uid["data"] == found.body["data"]


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"labels": {"a": "b"}, "annotations": {"c": "d"}},
        {"annotations": {"c": "d"}, "namespace": "own"},
        {"labels": {MANAGED_LABEL: "me", FORMER_LABEL: "team"}, "annotations": OWNER.annotations},
    ],
    ids=str,
)
def test_the_digest_that_another_owner_has_of_the_same_text_is_known(metadata: dict[str, Any]) -> None:
    other = Owner("hub", "other")
    mine, theirs = wish(metadata, data={"k": "v"}), wish(metadata, owner=other, data={"k": "v"})
    assert mine.digest != theirs.digest
    assert mine.digests_for(other, DIGESTS) == theirs.all_digests
    assert not {*theirs.all_digests} & {*wish(metadata, owner=other, data={"k": "w"}).all_digests}
