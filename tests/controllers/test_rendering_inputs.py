"""What a rendered text was made of, and what is not rendered again: pure."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from vidra.api.reasons import Reason
from vidra.controllers.sync.rendering.definitions import keep_definitions
from vidra.controllers.sync.rendering.failures import Failures, failure_of
from vidra.controllers.sync.rendering.marker import Inputs, unit_of
from vidra.controllers.sync.rendering.usage import Usage, usage_of
from vidra.controllers.sync.rendering.variables import variables
from vidra.manifests import read
from vidra.manifests.write import write
from vidra.render.errors import RenderError, RenderFault
from vidra.render.request import Values
from vidra.sources.protocol import SourceError

NOW = Inputs("sha256:abc", "given", "version", "apis", "lookups")


@pytest.mark.parametrize(
    ("then", "same"),
    [
        (NOW, True),
        (replace(NOW, unit="sha256:def"), False),
        (replace(NOW, given="other"), False),
        (replace(NOW, version="other"), False),
        (replace(NOW, apis="other"), False),
        (replace(NOW, apis="other").used(Usage(apis=False)), True),
        (replace(NOW, apis="other", version="other").used(Usage(apis=False)), False),
        (replace(NOW, lookups="other"), False),
        (replace(NOW, lookups=""), False),
    ],
)
def test_a_text_is_right_as_long_as_what_it_was_made_of_is_the_same(then: Inputs, same: bool) -> None:
    assert NOW.made(then.marker("helm/v4.0.0")) is same
    assert unit_of(then.marker()) == then.unit


@pytest.mark.parametrize("marker", ["", "sha256:abc", "0123456789abcdef", ";", "sha256:abc;with=given"])
def test_a_text_of_before_is_rendered_anew(marker: str) -> None:
    assert not NOW.made(marker)


def test_what_cannot_be_seen_has_not_changed() -> None:
    blind = replace(NOW, version=None, apis=None, lookups=None)
    assert (blind.known, blind.made(NOW.marker())) == (False, True)
    assert not blind.made(replace(NOW, given="other").marker())


def test_a_kustomization_is_of_no_cluster() -> None:
    assert Inputs("tree", "given").marker("kustomize/v0.21.2") == "tree;with=given;by=kustomize/v0.21.2"


def test_a_failure_is_remembered_until_something_else_is_rendered() -> None:
    failures, problem = (
        Failures(),
        failure_of(RenderError(RenderFault.TEMPLATE, "it fails", file="a.yaml", line=7), "x"),
    )
    assert (problem.reason, "a.yaml, line 7" in problem.message) == (Reason.RENDER_FAILED, True)
    failures.put("VidraSync/a", "gateway", "m", problem)
    assert failures.get("VidraSync/a", "gateway", "m") == problem
    assert failures.get("VidraSync/a", "gateway", "n") is None
    assert failures.get("VidraSync/b", "gateway", "m") is None


def values(text: str, *, secret: bool = False) -> Values:
    return Values(name="the Secret a/b, key c", text=text.encode(), secret=secret)


def test_of_two_variables_of_one_name_the_later_counts_and_the_syncs_own_most() -> None:
    found = variables((values("A: 1\nB: x\nC: true\n", secret=True), values("B: w\n"), values("")), {"A": "z"})
    assert [(each.name, each.value, each.secret) for each in found] == [
        ("A", "z", False),
        ("B", "w", False),
        ("C", "true", True),
    ]


@pytest.mark.parametrize("text", ["- a\n", "hunter2", "A: [1]\n", "A: null\n", "A: {\n", "\x00"])
def test_what_is_no_variable_is_refused_without_its_value(text: str) -> None:
    with pytest.raises(SourceError) as caught:
        variables((values(text),), {})
    assert "hunter2" not in str(caught.value)
    assert "the Secret a/b" in str(caught.value)


def definition(column: str, *, keep: bool = False) -> dict[str, object]:
    notes = {"vidra.infrahub.operators.com/prune": "disabled", **({"helm.sh/resource-policy": "keep"} if keep else {})}
    metadata = {"name": "widgets.example.com", "annotations": notes}
    kind = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    return {**kind, "metadata": metadata, "spec": {"group": column}}


def groups(text: bytes) -> list[str]:
    return [item.body["spec"]["group"] for item in read(text).objects if "spec" in item.body]


@pytest.mark.parametrize(("keep", "group"), [(False, "old"), (True, "new")])
def test_definitions_of_an_earlier_version_stay_as_they_are(keep: bool, group: str) -> None:
    before, after = (write([definition(name, keep=keep)]).encode() for name in ("old", "new"))
    assert groups(keep_definitions(after, before)) == [group]
    assert groups(keep_definitions(after, b"")) == ["new"]


@pytest.mark.parametrize(
    ("words", "usage"),
    [
        (set(), Usage(version=False, apis=False)),
        ({"kubeVersion"}, Usage(version=True, apis=False)),
        ({"Capabilities", "KubeVersion"}, Usage(version=True, apis=False)),
        ({"Capabilities", "APIVersions"}, Usage()),
        ({"Capabilities"}, Usage()),
        ({".tgz"}, Usage()),
        ({"APIVersions"}, Usage(version=False, apis=False)),
    ],
)
def test_a_chart_depends_on_what_it_may_look_at(words: set[str], usage: Usage) -> None:
    assert usage_of(words) == usage
