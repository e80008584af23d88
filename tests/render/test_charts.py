"""A chart comes out as objects in order, with Helm's words for hooks and policies said in Vidra's annotations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from testkit.charts import API_VERSIONS, KUBE_VERSION, Files, chart, config_map, definition, job, packed, within
from vidra.manifests.parse import read
from vidra.render.process import ProcessRenderer
from vidra.render.rendered import RemarkKind, Rendered
from vidra.render.request import CRDPolicy, HelmRequest, Lookup, Values

PREFIX = "vidra.infrahub.operators.com/"


@pytest.fixture
def renderer(renderer_program: Path) -> ProcessRenderer:
    return ProcessRenderer(renderer_program)


def asking(files: Files, values: str = "", **more: Any) -> HelmRequest:
    texts = (Values(name="values", text=values.encode()),)
    defaults = {"values": texts, "kube_version": KUBE_VERSION, "api_versions": API_VERSIONS}
    return HelmRequest(chart=files, release="r", namespace="ns", **{**defaults, **more})


def marks(rendered: Rendered) -> dict[str, dict[str, str]]:
    """Vidra's annotations of each object, in the order of the text."""
    found = {}
    for each in read(rendered.text).objects:
        noted = each.body["metadata"].get("annotations", {})
        ours = {key.removeprefix(PREFIX): value for key, value in noted.items() if key.startswith(PREFIX)}
        found[f"{each.ref.kind} {each.ref.name}"] = ours
    return found


def remarks(rendered: Rendered, kind: RemarkKind) -> str:
    return "\n".join(each.message for each in rendered.remarks if each.kind is kind)


HOOKS = chart(
    web=config_map("web"),
    hooks="---\n".join(
        (
            job("late", "helm.sh/hook: 'post-install,post-upgrade', helm.sh/hook-weight: '3'"),
            job("last", "helm.sh/hook: post-install, helm.sh/hook-weight: '20'"),
            job("migrate", "helm.sh/hook: 'pre-install, pre-upgrade', helm.sh/hook-weight: '5'"),
            config_map("early", annotations="helm.sh/hook: pre-install, helm.sh/hook-weight: '-5'"),
            config_map("fixed", annotations="helm.sh/hook: pre-install, helm.sh/hook-delete-policy: hook-failed"),
            job("smoke", "helm.sh/hook: test"),
            job("bye", "helm.sh/hook: 'pre-delete, post-rollback'"),
            job("odd", "helm.sh/hook: crd-install"),
        )
    ),
)


async def test_hooks_become_waves_around_the_chart_by_weight(renderer: ProcessRenderer) -> None:
    rendered = await renderer.render(asking(HOOKS))
    found = marks(rendered)
    waves = {name: ours.get("wave", "0") for name, ours in found.items()}
    assert list(waves.items()) == [
        ("ConfigMap early", "-3"),
        ("ConfigMap fixed", "-2"),
        ("Job migrate", "-1"),
        ("ConfigMap web", "0"),
        ("Job late", "1"),
        ("Job last", "2"),
    ]
    assert [name for name, ours in found.items() if ours.get("recreate") == "enabled"] == [
        "ConfigMap early",
        "Job migrate",
        "Job late",
        "Job last",
    ]


async def test_what_is_left_out_and_what_is_otherwise_is_said(renderer: ProcessRenderer) -> None:
    rendered = await renderer.render(asking(HOOKS))
    assert remarks(rendered, RemarkKind.TEST_LEFT_OUT) == "left out: the test Job smoke"
    left_out = remarks(rendered, RemarkKind.HOOK_LEFT_OUT)
    assert "Job bye" in left_out
    assert "Job odd" in left_out
    assert "ConfigMap early" in remarks(rendered, RemarkKind.HOOK_CHANGED)


async def test_a_job_of_upgrades_runs_again_when_chart_or_values_change_and_not_else(renderer: ProcessRenderer) -> None:
    def templates(rendered: Rendered) -> dict[str, Any]:
        jobs = [each.body for each in read(rendered.text).objects if each.ref.kind == "Job"]
        return {body["metadata"]["name"]: body["spec"]["template"] for body in jobs}

    first, same, other = [
        templates(await renderer.render(asking(HOOKS, values, kube_version=version)))
        for values, version in (("a: 1", "v1.34.1"), ("a: 1", "v1.35.0"), ("a: 2", "v1.34.1"))
    ]
    assert first == same
    assert first["migrate"] != other["migrate"]
    assert first["last"] == other["last"], "it is a hook of installations alone"


async def test_waves_of_the_chart_itself_lie_between_those_of_its_hooks(renderer: ProcessRenderer) -> None:
    files = chart(
        web=config_map("low", annotations=f"{PREFIX}wave: '-2'")
        + "---\n"
        + config_map("high", annotations=f"{PREFIX}wave: '4'"),
        hooks=job("pre", "helm.sh/hook: pre-install")
        + "---\n"
        + job("post", "helm.sh/hook: post-install")
        + "---\n"
        + job("own", f"helm.sh/hook: post-install, {PREFIX}wave: '2', {PREFIX}recreate: disabled"),
    ) | {"crds/w.yaml": definition("Widget").encode()}
    found = marks(await renderer.render(asking(files)))
    assert found["Job pre"]["wave"] == "-3"
    assert found["CustomResourceDefinition widgets.example.com"]["wave"] == "-3"
    assert found["Job post"]["wave"] == "5"
    assert found["Job own"] == {"wave": "2", "recreate": "disabled"}, "what a chart says itself counts"


async def test_definitions_come_first_and_are_never_pruned(renderer: ProcessRenderer) -> None:
    files = chart(web=definition("Gadget")) | {"crds/w.yaml": definition("Widget").encode()}
    found = marks(await renderer.render(asking(files)))
    assert list(found.values()) == [{"prune": "disabled"}, {}]
    skipped = await renderer.render(asking(files, crds=CRDPolicy.SKIP))
    assert list(marks(skipped)) == ["CustomResourceDefinition gadgets.example.com"]
    assert "widgets.example.com" in remarks(skipped, RemarkKind.CRDS_LEFT_OUT)


async def test_what_helm_keeps_is_not_pruned(renderer: ProcessRenderer) -> None:
    files = chart(web=config_map("a", annotations="helm.sh/resource-policy: keep") + "---\n" + config_map("b"))
    assert list(marks(await renderer.render(asking(files))).values()) == [{"prune": "disabled"}, {}]


async def test_an_archive_is_the_same_as_its_folder(renderer: ProcessRenderer) -> None:
    folder, archive = asking(HOOKS), msgspec.structs.replace(asking(HOOKS), chart=packed(HOOKS))
    assert list(marks(await renderer.render(archive))) == list(marks(await renderer.render(folder)))


async def test_the_same_request_gives_the_same_text(renderer: ProcessRenderer) -> None:
    files = dict(HOOKS)
    for name in ("one", "two", "three", "four"):
        files |= within(
            f"charts/{name}", chart(name, a=config_map(name)) | {"crds/x.yaml": definition(name.title()).encode()}
        )
    first, *others = [await renderer.render(asking(files)) for _ in range(4)]
    assert all(other == first for other in others)
    assert first.renderer.startswith("helm/v4.")


LOOKING = chart(
    web=config_map(
        "w",
        'one: {{ (lookup "v1" "Secret" "ns" "key").data | toJson | quote }}, '
        'number: "{{ (lookup "v1" "Secret" "ns" "key").number }}", '
        'all: {{ (lookup "v1" "ConfigMap" "ns" "").items | len | quote }}, '
        'none: {{ lookup "v1" "Secret" "ns" "gone" | len | quote }}, '
        'other: {{ lookup "v1" "Secret" "kube-system" "key" | len | quote }}',
    )
)


async def test_lookup_sees_what_is_declared_and_says_what_is_not(renderer: ProcessRenderer) -> None:
    def declared(kind: str, name: str, body: dict[str, Any] | None) -> Lookup:
        return Lookup(api_version="v1", kind=kind, namespace="ns", name=name, object=body)

    lookups = (
        declared("Secret", "key", {"data": {"a": "YQ=="}, "number": 12345678}),
        declared("Secret", "gone", None),
        declared("ConfigMap", "x", {"metadata": {"name": "x"}}),
        declared("ConfigMap", "y", None),
    )
    rendered = await renderer.render(asking(LOOKING, lookups=lookups))
    (only,) = read(rendered.text).objects
    assert only.body["data"] == {"one": '{"a":"YQ=="}', "number": "12345678", "all": "1", "none": "0", "other": "0"}
    said = remarks(rendered, RemarkKind.LOOKUP_EMPTY)
    assert said.count("\n") == 0
    assert "templates/web.yaml" in said
    assert "Secret kube-system/key" in said


async def test_what_is_another_each_time_is_named_without_its_value(renderer: ProcessRenderer) -> None:
    files = chart(
        web=config_map("session", "key: {{ randAlphaNum 40 }}, same: x", kind="Secret") + "---\n" + config_map("a")
    )
    rendered = await renderer.render(asking(files, twice=True))
    (only,) = read(rendered.text).objects[:1]
    (said,) = rendered.remarks
    assert said.kind is RemarkKind.NOT_DETERMINISTIC
    assert said.message.startswith("Secret session: .data.key,")
    assert only.body["data"]["key"] not in said.message


async def test_later_values_count_and_a_deprecated_chart_is_said(renderer: ProcessRenderer) -> None:
    files = chart(
        meta={"deprecated": True}, web=config_map("w", "v: {{ .Values | toJson | quote }}"), values="a: {b: 1}\n"
    )
    texts = (
        Values(name="one", text=b"a: {c: 2, d: 3}"),
        Values(name="two", text=b'{"a": {"b": null}}'),
        Values(name="none", text=b""),
    )
    rendered = await renderer.render(msgspec.structs.replace(asking(files), values=texts))
    (only,) = read(rendered.text).objects
    assert only.body["data"]["v"] == '{"a":{"c":2,"d":3}}'
    assert [each.kind for each in rendered.remarks] == [RemarkKind.DEPRECATED]
