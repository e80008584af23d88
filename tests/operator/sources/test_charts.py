"""A chart becomes objects: rendered once for each change of what it is made of, and kept when it cannot be rendered."""

from __future__ import annotations

import asyncio
import itertools
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from testkit.archives import archive
from testkit.chart_repository import CONFIG_MAP, chart, publish
from testkit.environment import OWN, SCENE_LABEL, VIDRA_SYNCS, Json, Scene, condition, has_reason
from testkit.parts.web_files import WebFiles
from testkit.remote import Remote
from vidra.api.names import REQUESTED_AT, VALUES_LABEL
from vidra.kube.discovery import Kind

CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
RANDOM = """apiVersion: v1
kind: ConfigMap
metadata:
  name: random
data:
  word: {{ randAlphaNum 20 | quote }}
  found: {{ (lookup "v1" "ConfigMap" .Release.Namespace "seen").data | toJson | quote }}
"""
_NUMBERS = itertools.count(1)
FAILING = '{{ fail (printf "no %s today" .Values.colour) }}'


@pytest.fixture
async def server(renderer_program: Path) -> AsyncIterator[WebFiles]:  # noqa: ARG001 - it is to be there
    async with WebFiles() as running:
        publish(running, {"gateway": {"1.0.0": chart("1.0.0")}})
        yield running


def helm(server: WebFiles, **fields: Any) -> Json:
    return {"helm": {"url": f"{server.url}/charts", "chart": "gateway", "insecure": True, **fields}}


async def colour(scene: Scene, name: str, wanted: str) -> Json:
    """Wait until a ConfigMap of the scene has a colour."""
    return await scene.until(
        CONFIG_MAPS, name, lambda item: item["data"].get("colour") == wanted, namespace=scene.namespace
    )


async def values(scene: Scene, kind: str, text: str, *, namespace: str = OWN, label: bool = True) -> str:
    """A ConfigMap or Secret with values for the syncs of a scene."""
    name = f"values-{scene.namespace}"
    labels = {SCENE_LABEL: scene.namespace, **({VALUES_LABEL: "yes"} if label else {})}
    data = {"values.yaml": b64encode(text.encode()).decode() if kind == "Secret" else text}
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    await scene.apply({"apiVersion": "v1", "kind": kind, "metadata": metadata, "data": data})
    return name


async def polled(scene: Scene, sync: str) -> Json:
    """Have a sync polled, and wait until it was."""
    mark = f"again-{next(_NUMBERS)}"
    await scene.patch(VIDRA_SYNCS, sync, {"metadata": {"annotations": {REQUESTED_AT: mark}}})
    return await scene.until_vidra_sync(
        sync, lambda item: bool(item.get("status", {}).get("lastHandledRequestedAt") == mark)
    )


async def marker(scene: Scene, sync: str) -> str:
    """What the stored text of a sync was made of."""
    [made] = await scene.resources_of(sync, VIDRA_SYNCS)
    return str(made["spec"]["content"]["marker"])


async def test_a_chart_is_applied_and_follows_its_versions_and_values(scene: Scene, server: WebFiles) -> None:
    sync = await scene.vidra_sync(source=helm(server, version="1.x", releaseName="shop"), interval="1h")
    item = await scene.until_vidra_sync(sync)
    assert condition(item)["message"] == "1 chart with 1 object applied"
    assert item["status"]["revision"].startswith("1.0.0@sha256:")
    await colour(scene, "shop", "red")

    await scene.vidra_sync(name=sync, source=helm(server, releaseName="shop", values={"colour": "blue"}), interval="1h")
    await colour(scene, "shop", "blue")

    green = CONFIG_MAP.replace(".Values.colour", '"green"')
    publish(server, {"gateway": {"1.0.0": chart("1.0.0"), "1.1.0": chart("1.1.0", {"colour.yaml": green})}})
    await polled(scene, sync)
    await colour(scene, "shop", "green")


@pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
async def test_values_of_a_configmap_or_secret_arrive_without_a_poll(scene: Scene, server: WebFiles, kind: str) -> None:
    field = {"ConfigMap": "configMap", "Secret": "secret"}[kind]
    source = helm(server, releaseName="shop", valuesFrom=[{field: {"name": f"values-{scene.namespace}"}}])
    await values(scene, kind, "colour: pink\n", label=False)
    sync = await scene.vidra_sync(source=source, interval="1h")
    item = await scene.until_vidra_sync(sync, has_reason("ValuesNotFound"))
    assert VALUES_LABEL in condition(item)["message"]
    await values(scene, kind, "colour: pink\n")
    await scene.until_vidra_sync(sync)
    await colour(scene, "shop", "pink")
    await values(scene, kind, "colour: black\n")
    await colour(scene, "shop", "black")
    assert "black" not in await marker(scene, sync)

    await scene.delete(
        Kind("v1", kind, f"{kind.lower()}s", namespaced=True), f"values-{scene.namespace}", namespace=OWN
    )
    item = await scene.until_vidra_sync(sync, has_reason("ValuesNotFound"))
    assert "what is applied stays" in condition(item)["message"]
    await colour(scene, "shop", "black")


async def test_values_of_an_artifact_follow_infrahub(scene: Scene, server: WebFiles) -> None:
    artifact_id = scene.infrahub.add_artifact("gateway_values", "colour: yellow\n")
    artifact = {"infrahubAPIURL": scene.infrahub.url, "artifactName": "gateway_values"}
    sync = await scene.vidra_sync(source=helm(server, releaseName="shop", valuesFrom=[{"infrahub": artifact}]))
    await scene.until_vidra_sync(sync)
    await colour(scene, "shop", "yellow")
    scene.infrahub.change(artifact_id, "colour: orange\n")
    await polled(scene, sync)
    await colour(scene, "shop", "orange")
    scene.infrahub.add_artifact("gateway_values", "colour: brown\n")
    await polled(scene, sync)
    item = await scene.until_vidra_sync(sync, has_reason("ValuesNotFound"))
    assert artifact_id in condition(item)["message"]
    source = helm(server, releaseName="shop", valuesFrom=[{"infrahub": {**artifact, "artifactID": artifact_id}}])
    await scene.vidra_sync(name=sync, source=source)
    await scene.until_vidra_sync(sync)


async def test_what_cannot_be_rendered_leaves_what_is_applied(scene: Scene, server: WebFiles) -> None:
    sync = await scene.vidra_sync(source=helm(server, releaseName="shop"), interval="1h")
    await scene.until_vidra_sync(sync)
    publish(server, {"gateway": {"1.0.0": chart("1.0.0", {"colour.yaml": f"a: b\n{FAILING}"})}})
    await polled(scene, sync)
    item = await scene.until_vidra_sync(sync, has_reason("RenderFailed"))
    message = condition(item)["message"]
    assert "templates/colour.yaml" in message
    assert "2" in message
    assert "no red today" in message
    assert {"Stalled"} <= {each["type"] for each in item["status"]["conditions"] if each["status"] == "True"}
    await colour(scene, "shop", "red")
    publish(server, {"gateway": {"1.0.0": chart("1.0.0"), "1.1.0": chart("1.1.0", values="colour: white\n")}})
    await polled(scene, sync)
    await colour(scene, "shop", "white")


async def test_a_random_field_is_named_once_and_does_not_churn(scene: Scene, server: WebFiles) -> None:
    publish(server, {"gateway": {"1.0.0": chart("1.0.0", {"random.yaml": RANDOM})}})
    lookups = [{"apiVersion": "v1", "kind": "ConfigMap", "name": "seen"}]
    sync = await scene.vidra_sync(source=helm(server, lookups=lookups), interval="1h")
    await scene.until_vidra_sync(sync)
    event = await scene.until_event(sync, "NotDeterministic")
    first = await scene.until(CONFIG_MAPS, "random", lambda _: True, namespace=scene.namespace)
    assert "ConfigMap random: .data.word" in event["message"]
    assert first["data"]["word"] not in event["message"]
    assert first["data"]["found"] == "null"

    for _ in range(2):
        await polled(scene, sync)
    same = await scene.get(CONFIG_MAPS, "random", namespace=scene.namespace)
    assert same is not None
    assert same["data"] == first["data"]

    seen = {"name": "seen", "namespace": scene.namespace}
    await scene.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": seen, "data": {"a": "b"}})
    await polled(scene, sync)
    await scene.until(
        CONFIG_MAPS, "random", lambda item: item["data"]["found"] == '{"a":"b"}', namespace=scene.namespace
    )


async def test_nothing_is_looked_up_where_credentials_are(scene: Scene, server: WebFiles) -> None:
    lookups = [{"apiVersion": "v1", "kind": "Secret", "name": "x", "namespace": OWN}]
    sync = await scene.vidra_sync(source=helm(server, lookups=lookups))
    item = await scene.until_vidra_sync(sync, has_reason("Protected"))
    assert OWN in condition(item)["message"]


async def test_without_the_program_charts_say_what_to_do(
    scene: Scene, server: WebFiles, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VIDRA_RENDERER", str(tmp_path / "nosuch"))
    sync = await scene.vidra_sync(source=helm(server))
    item = await scene.until_vidra_sync(sync, has_reason("RendererMissing"))
    assert "vidra-render" in condition(item)["message"]
    monkeypatch.delenv("VIDRA_RENDERER")
    await asyncio.gather(polled(scene, sync), scene.until_vidra_sync(sync))


EDGE = {
    "base/kustomization.yaml": "resources: [colour.yaml]\n",
    "base/colour.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: colour}\ndata: {colour: '${COLOUR}'}\n",
    "apps/edge/kustomization.yaml": "resources: [../../base]\nnamePrefix: edge-\n",
    "apps/plain/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\ndata: {colour: '${COLOUR}'}\n",
    "apps/shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "apps/shop/templates/colour.yaml": CONFIG_MAP,
}


async def test_each_folder_is_rendered_as_what_it_is(scene: Scene, server: WebFiles) -> None:
    server.files["/apps.tar.gz"] = archive(EDGE)
    scene.infrahub.add_artifact("edge", "COLOUR: violet\n")
    artifact = {"infrahub": {"infrahubAPIURL": scene.infrahub.url, "artifactName": "edge"}}
    render = {"kustomize": {"substituteFrom": [artifact]}, "helm": {"values": {"colour": "teal"}}}
    source = {"http": {"url": f"{server.url}/apps.tar.gz", "insecure": True, "paths": ["apps/*"]}}
    sync = await scene.vidra_sync(source=source, render=render, interval="1h")
    await scene.until_vidra_sync(sync)
    for name, wanted in (("edge-colour", "violet"), ("plain", "${COLOUR}"), ("shop", "teal")):
        await colour(scene, name, wanted)
    before = {each["spec"]["content"]["artifactId"]: each for each in await scene.resources_of(sync, VIDRA_SYNCS)}

    server.files["/apps.tar.gz"] = archive(
        {**EDGE, "base/kustomization.yaml": "nameSuffix: -x\nresources: [colour.yaml]\n"}
    )
    await polled(scene, sync)
    await colour(scene, "edge-colour-x", "violet")
    after = {each["spec"]["content"]["artifactId"]: each for each in await scene.resources_of(sync, VIDRA_SYNCS)}
    assert {unit for unit in after if after[unit]["spec"] != before[unit]["spec"]} == {"apps/edge"}


SEEING = """apiVersion: v1
kind: ConfigMap
metadata:
  name: seeing
data:
  colour: {{ with lookup "v1" "ConfigMap" .Release.Namespace "here" }}{{ .data.colour }}{{ else }}none{{ end }}
"""


@pytest.mark.occasional
async def test_clusters_that_look_alike_share_a_text_and_others_have_their_own(
    scene: Scene, server: WebFiles, remote: Remote, west: Remote
) -> None:
    publish(server, {"gateway": {"1.0.0": chart("1.0.0", {"seeing.yaml": SEEING})}})
    for each in (remote, west):
        await each.credentials(fleet=scene.namespace)
    selector = {"clusterSelector": {"matchLabels": {"fleet": scene.namespace}}}
    lookups = [{"apiVersion": "v1", "kind": "ConfigMap", "name": "here"}]
    sync = await scene.vidra_sync(
        source=helm(server, releaseName="shop", lookups=lookups), destination=selector, interval="1h"
    )
    await scene.until_vidra_sync(sync)
    for each in (remote, west):
        await colour(each.scene, "seeing", "none")
    assert len({each["spec"]["content"]["checksum"] for each in await scene.resources_of(sync, VIDRA_SYNCS)}) == 1

    here = {"name": "here", "namespace": remote.scene.namespace}
    await remote.scene.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": here, "data": {"colour": "gold"}})
    await polled(scene, sync)
    await colour(remote.scene, "seeing", "gold")
    await scene.until_vidra_sync(sync)
    assert len({each["spec"]["content"]["checksum"] for each in await scene.resources_of(sync, VIDRA_SYNCS)}) == 2
    await colour(west.scene, "seeing", "none")
