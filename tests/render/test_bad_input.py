"""What cannot be rendered is said by kind, with the file and the line where it is, and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from testkit.charts import KUBE_VERSION, Files, chart, config_map, packed, within
from testkit.overlays import WEB, overlay
from vidra.render.errors import RenderError, RenderFault
from vidra.render.process import ProcessRenderer
from vidra.render.request import HelmRequest, KustomizeRequest, Lookup, RenderRequest, Values, Variable

HELPER = {"templates/_help.tpl": b'\n{{ define "help" }}{{ index .Values.list 3 }}{{ end }}\n'}
SCHEMA = '{"properties": {"count": {"type": "integer"}}, "required": ["owner"]}'
EXEC = (
    "apiVersion: x/v1\nkind: T\nmetadata:\n  name: t\n"
    "  annotations:\n    config.kubernetes.io/function: 'exec: {path: /bin/true}'\n"
)
IMAGE = EXEC.replace("exec: {path: /bin/true}", "container: {image: example.com/x}")
HELM = (
    "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: h}\nname: x\nrepo: https://example.com\n"
)
VARIED = overlay("resources: [a.yaml]\n", a=config_map("a", "x: '${HOST}'"))


def helm(files: Files | bytes, **more: Any) -> HelmRequest:
    return HelmRequest(chart=files, **{"release": "r", "namespace": "ns", "kube_version": KUBE_VERSION, **more})


def kustomize(files: Files, folder: str = "", variables: tuple[Variable, ...] | None = None) -> KustomizeRequest:
    return KustomizeRequest(files=files, folder=folder, variables=variables)


def valued(text: str) -> tuple[Values, ...]:
    return (Values(name="the ConfigMap values", text=text.encode()),)


CASES: dict[str, tuple[RenderRequest, RenderFault, str, int, str]] = {
    "no chart": (helm({"a.txt": b""}), RenderFault.CHART, "", 0, "Chart.yaml"),
    "no archive": (helm(b"hello"), RenderFault.CHART, "", 0, "no archive"),
    "half an archive": (helm(packed(chart(a=config_map("a")))[:-90]), RenderFault.CHART, "", 0, "broken"),
    "an archive that leads out": (
        helm(packed({"../x": b""}, "shop")),
        RenderFault.CHART,
        "",
        0,
        "not in the chart's folder",
    ),
    "a library": (helm(chart(meta={"type": "library"})), RenderFault.CHART, "", 0, "library"),
    "a dependency that is not vendored": (
        helm(chart(meta={"dependencies": [{"name": "db", "version": "1"}]})),
        RenderFault.DEPENDENCY,
        "",
        0,
        "helm dependency build",
    ),
    "a newer Kubernetes": (helm(chart(meta={"kubeVersion": ">=1.40"})), RenderFault.KUBE_VERSION, "", 0, "v1.34.1"),
    "no version of Kubernetes": (helm(chart(), kube_version="new"), RenderFault.KUBE_VERSION, "", 0, "new"),
    "no name of a release": (helm(chart(), release="A b"), RenderFault.VALUES, "", 0, "release"),
    "values that are a list": (helm(chart(), values=valued("[1]")), RenderFault.VALUES, "", 0, "the ConfigMap values"),
    "values that are no YAML": (
        helm(chart(), values=valued("a: [")),
        RenderFault.VALUES,
        "",
        0,
        "the ConfigMap values",
    ),
    "values of the wrong type": (
        helm(chart(schema=SCHEMA), values=valued("owner: me\ncount: many")),
        RenderFault.VALUES,
        "",
        0,
        "'/count'",
    ),
    "a value that the schema asks for": (helm(chart(schema=SCHEMA)), RenderFault.VALUES, "", 0, "owner"),
    "a template that is none": (
        helm(chart(web="a: b\nc: {{ if }}\n")),
        RenderFault.TEMPLATE,
        "templates/web.yaml",
        2,
        "missing value for if",
    ),
    "a template that fails": (
        helm(chart(web='a: b\n\n{{ fail "ask for a port" }}\n')),
        RenderFault.TEMPLATE,
        "templates/web.yaml",
        3,
        "ask for a port",
    ),
    "a helper that fails": (
        helm(chart(web='a: {{ include "help" . }}\n') | HELPER),
        RenderFault.TEMPLATE,
        "templates/_help.tpl",
        2,
        "error calling index",
    ),
    "a helper of a subchart that fails": (
        helm(
            chart(meta={"dependencies": [{"name": "db", "version": "1"}]})
            | within("charts/db", chart("db", a="{{ .Values.a.b }}"))
        ),
        RenderFault.TEMPLATE,
        "charts/db/templates/a.yaml",
        1,
        "nil pointer",
    ),
    "a template that calls itself": (
        helm(chart(web='{{ include "x" . }}') | {"templates/_x.tpl": b'{{ define "x" }}{{ include "x" . }}{{ end }}'}),
        RenderFault.TEMPLATE,
        "templates/_x.tpl",
        1,
        "nested reference",
    ),
    "what comes out is no YAML": (
        helm(chart(web=config_map("a") + "---\nx: [1\n")),
        RenderFault.MANIFEST,
        "templates/web.yaml",
        0,
        "document 2",
    ),
    "no kustomization": (kustomize({"a.yaml": b""}), RenderFault.KUSTOMIZATION, "", 0, "kustomization.yaml"),
    "two kustomizations": (
        kustomize(overlay("") | {"Kustomization": b""}),
        RenderFault.KUSTOMIZATION,
        "",
        0,
        "there are 2",
    ),
    "a field that is not known": (
        kustomize(overlay("resourcez: []")),
        RenderFault.KUSTOMIZATION,
        "kustomization.yaml",
        0,
        "resourcez",
    ),
    "a resource that is not there": (
        kustomize(within("x", overlay("resources: [../y]")), "x"),
        RenderFault.KUSTOMIZATION,
        "x/kustomization.yaml",
        0,
        "../y",
    ),
    "a file beside the overlay": (
        kustomize(within("x", overlay("configMapGenerator: [{name: a, files: [../s]}]")) | {"s": b""}, "x"),
        RenderFault.KUSTOMIZATION,
        "",
        0,
        "not in or below",
    ),
    "folders in a circle": (
        kustomize(overlay("resources: [a]") | within("a", overlay("resources: [..]"))),
        RenderFault.KUSTOMIZATION,
        "",
        0,
        "cycle",
    ),
    "a manifest that is none": (
        kustomize(overlay("resources: [a.yaml]", a="a: b\nc: [\n")),
        RenderFault.MANIFEST,
        "a.yaml",
        2,
        "a.yaml",
    ),
    "a program as transformer": (
        kustomize(overlay("resources: [w.yaml]\ntransformers: [t.yaml]", w=WEB, t=EXEC)),
        RenderFault.PROGRAM,
        "t.yaml",
        0,
        "no program is run",
    ),
    "an image as generator": (
        kustomize(overlay("generators: [t]") | within("t", overlay("resources: [t.yaml]", t=IMAGE))),
        RenderFault.PROGRAM,
        "",
        0,
        "none is run",
    ),
    "Helm in a kustomization": (
        kustomize(overlay("helmCharts: [{name: x, repo: 'https://example.com'}]")),
        RenderFault.PROGRAM,
        "kustomization.yaml",
        0,
        "Helm",
    ),
    "Helm as a plugin": (kustomize(overlay("generators: [h.yaml]", h=HELM)), RenderFault.PROGRAM, "", 0, "none is run"),
    "a variable without a value": (kustomize(VARIED, variables=()), RenderFault.VARIABLE, "", 0, '"HOST"'),
    "a variable that breaks its object": (
        kustomize(VARIED, variables=(Variable(name="HOST", value="a: ["),)),
        RenderFault.VARIABLE,
        "",
        0,
        "ConfigMap a",
    ),
    "a variable without a name": (
        kustomize(VARIED, variables=(Variable(name="1", value=""),)),
        RenderFault.VARIABLE,
        "",
        0,
        "letters",
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_what_cannot_be_rendered_is_said_with_its_place(name: str, renderer_program: Path) -> None:
    request, fault, file, line, said = CASES[name]
    with pytest.raises(RenderError) as raised:
        await ProcessRenderer(renderer_program).render(request)
    assert (raised.value.fault, raised.value.file, raised.value.line) == (fault, file, line), str(raised.value)
    assert said in str(raised.value)
    assert not raised.value.again


SECRET = "correct-horse battery"
LEAKS: dict[str, RenderRequest] = {
    "a value that a template complains about": helm(
        chart(web="{{ fail (printf `bad password %s` .Values.password) }}"),
        values=(Values(name="s", text=f"password: '{SECRET}'".encode(), secret=True),),
    ),
    "the same in base64": helm(
        chart(web="{{ fail (.Values.password | b64enc) }}"),
        values=(Values(name="s", text=f"password: '{SECRET}'".encode(), secret=True),),
    ),
    "a looked up Secret": helm(
        chart(web='{{ fail ((lookup "v1" "Secret" "ns" "a").data.p | b64dec) }}'),
        lookups=(
            Lookup(
                api_version="v1",
                kind="Secret",
                namespace="ns",
                name="a",
                object={"data": {"p": "Y29ycmVjdC1ob3JzZSBiYXR0ZXJ5"}},
            ),
        ),
    ),
    "a line of a long value": helm(
        chart(web='{{ fail (index (splitList "\\n" .Values.key) 1) }}'),
        values=(Values(name="s", text=f"key: |\n  first\n  {SECRET}\n  last\n".encode(), secret=True),),
    ),
    "a value that the schema refuses": helm(
        chart(schema='{"properties": {"p": {"enum": ["a"], "pattern": "^x"}}}'),
        values=(Values(name="s", text=f"p: '{SECRET}'".encode(), secret=True),),
    ),
    "a variable": kustomize(
        overlay("resources: [a.yaml]", a=config_map("a", "x: '${A}${B}'")),
        variables=(Variable(name="A", value=SECRET, secret=True),),
    ),
}


@pytest.mark.parametrize("name", LEAKS)
async def test_no_message_holds_a_secret(name: str, renderer_program: Path) -> None:
    with pytest.raises(RenderError) as raised:
        await ProcessRenderer(renderer_program).render(LEAKS[name])
    assert "horse" not in str(raised.value)
    assert "Y29ycmVjdC1ob3JzZSBiYXR0ZXJ5" not in str(raised.value)


async def test_a_message_with_thousands_of_secrets_shows_none(renderer_program: Path) -> None:
    values = "".join(f"k{number}: secret-{number:05}-of-many\n" for number in range(3_000))
    texts = (Values(name="s", text=values.encode(), secret=True),)
    one = helm(chart(web="{{ fail .Values.k777 }}"), values=texts)
    every = helm(chart(web="{{ fail (toJson .Values) }}"), values=texts)
    for request in (one, every):
        with pytest.raises(RenderError) as raised:
            await ProcessRenderer(renderer_program).render(request)
        assert "-of-many" not in str(raised.value)
