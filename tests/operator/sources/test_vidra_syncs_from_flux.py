"""What Flux has fetched is delivered as soon as its status says so; the archive is checked against the digest there."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from testkit.archives import archive
from testkit.environment import VIDRA_SYNCS, Json, Scene, condition, established, has_reason
from testkit.object_recorder import Vigil
from testkit.objects import config_map
from testkit.parts.web_files import WebFiles
from vidra.kube.client import MERGE_PATCH, encode
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

GROUP = "source.toolkit.fluxcd.io"
KINDS = {
    "GitRepository": "gitrepositories",
    "OCIRepository": "ocirepositories",
    "Bucket": "buckets",
    "ExternalArtifact": "externalartifacts",
}
CRDS = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced=False)
CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)


def definition(kind: str, plural: str) -> Json:
    """A stand-in for Flux' own: what Vidra reads of it is the same."""
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": anything, "status": anything}}},
    }
    names = {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {"group": GROUP, "scope": "Namespaced", "names": names, "versions": [version]},
    }


class Flux:
    """Writes what source-controller would, and serves what it would."""

    def __init__(self, scene: Scene, files: WebFiles) -> None:
        self._scene = scene
        self._files = files

    async def define(self) -> None:
        for kind, plural in KINDS.items():
            await self._scene.apply(definition(kind, plural))
            await self._scene.until(CRDS, f"{plural}.{GROUP}", established)

    async def make(self, kind: str = "GitRepository") -> None:
        metadata = {"name": "fleet", "namespace": self._scene.namespace}
        await self._scene.apply({"apiVersion": f"{GROUP}/v1", "kind": kind, "metadata": metadata, "spec": {"url": "x"}})

    async def fetched(
        self,
        files: dict[str, str],
        revision: str,
        *,
        kind: str = "GitRepository",
        digest: str = "",
    ) -> None:
        """A new archive is there."""
        packed = archive(files)
        path = f"/{kind.lower()}/{revision.replace('/', '-').replace(':', '-')}.tar.gz"
        self._files.files[path] = packed
        digest = digest or f"sha256:{hashlib.sha256(packed).hexdigest()}"
        artifact = {"url": f"{self._files.url}{path}", "revision": revision, "digest": digest, "size": len(packed)}
        await self.says({"artifact": artifact}, kind=kind)

    async def says(self, status: Json, *, kind: str = "GitRepository") -> None:
        path = f"/apis/{GROUP}/v1/namespaces/{self._scene.namespace}/{KINDS[kind]}/fleet/status"
        await self._scene.client.send("PATCH", path, body=encode({"status": status}), content_type=MERGE_PATCH)


@pytest.fixture
async def flux(own_scene: Scene) -> AsyncIterator[Flux]:
    async with WebFiles() as files:
        made = Flux(own_scene, files)
        await made.define()
        yield made


def source(scene: Scene, kind: str = "GitRepository", **fields: Any) -> Json:
    return {"flux": {"kind": kind, "namespace": scene.namespace, "name": "fleet", "paths": ["apps/*"], **fields}}


def text(name: str, colour: str = "red") -> str:
    return write([config_map(name, colour=colour)])


@pytest.mark.faces(2)
@pytest.mark.parametrize("kind", KINDS)
async def test_what_flux_fetched_is_delivered_and_followed_without_a_poll(
    own_scene: Scene, flux: Flux, kind: str
) -> None:
    await flux.make(kind)
    name = await own_scene.vidra_sync(source=source(own_scene, kind), interval="1h")
    item = await own_scene.until_vidra_sync(name, has_reason("SourceNotReady"))
    assert f"{kind} {own_scene.namespace}/fleet" in condition(item)["message"]

    files = {"apps/one/map.yaml": text("one"), "apps/two/map.yaml": text("two")}
    await flux.fetched(files, "main@sha1:aaa", kind=kind)
    item = await own_scene.until_vidra_sync(name)
    assert (item["status"]["artifacts"], item["status"]["revision"]) == (2, "main@sha1:aaa")

    before = {each["metadata"]["name"]: each for each in await own_scene.resources_of(name, VIDRA_SYNCS)}
    await flux.fetched({**files, "apps/one/map.yaml": text("one", "blue")}, "main@sha1:bbb", kind=kind)
    await own_scene.until(
        CONFIG_MAPS, "one", lambda item: bool(item["data"]["colour"] == "blue"), namespace=own_scene.namespace
    )
    after = {each["metadata"]["name"]: each for each in await own_scene.resources_of(name, VIDRA_SYNCS)}
    changed = {
        each["spec"]["content"]["artifactId"]
        for each_name, each in after.items()
        if each["metadata"]["generation"] != before[each_name]["metadata"]["generation"]
    }
    assert changed == {"apps/one"}


async def test_an_archive_that_is_not_what_the_status_says_changes_nothing(own_scene: Scene, flux: Flux) -> None:
    await flux.make()
    await flux.fetched({"apps/one/map.yaml": text("one")}, "main@sha1:aaa")
    name = await own_scene.vidra_sync(source=source(own_scene), interval="1h")
    await own_scene.until_vidra_sync(name)
    async with Vigil(own_scene) as vigil:
        await flux.fetched({"apps/two/map.yaml": text("two")}, "main@sha1:bbb", digest=f"sha256:{'0' * 64}")
        await own_scene.until_vidra_sync(name, has_reason("ChecksumMismatch"))
        await flux.fetched({"apps/two/map.yaml": text("two")}, "main@sha1:ccc", digest="blake3:abc")
        await own_scene.until_vidra_sync(name, has_reason("UnsupportedContent"))
    assert vigil.ended == []


async def test_what_flux_says_of_it_is_told_while_its_last_archive_stays(own_scene: Scene, flux: Flux) -> None:
    await flux.make()
    await flux.fetched({"apps/one/map.yaml": text("one")}, "main@sha1:aaa")
    name = await own_scene.vidra_sync(source=source(own_scene), interval="1h")
    await own_scene.until_vidra_sync(name)
    failed = {"type": "Ready", "status": "False", "reason": "GitOperationFailed", "message": "no such branch"}
    moment = {"lastTransitionTime": "2026-01-01T00:00:00Z", "observedGeneration": 1}
    await flux.says({"conditions": [failed | moment]})
    item = await own_scene.until_vidra_sync(
        name, lambda item: "GitOperationFailed: no such branch" in condition(item).get("message", "")
    )
    assert condition(item)["status"] == "True"


async def test_an_object_of_flux_that_is_deleted_takes_nothing_along(own_scene: Scene, flux: Flux) -> None:
    await flux.make()
    await flux.fetched({"apps/one/map.yaml": text("one")}, "main@sha1:aaa")
    name = await own_scene.vidra_sync(source=source(own_scene), interval="1h")
    await own_scene.until_vidra_sync(name)
    async with Vigil(own_scene) as vigil:
        kind = Kind(f"{GROUP}/v1", "GitRepository", "gitrepositories", namespaced=True)
        await own_scene.delete(kind, "fleet", namespace=own_scene.namespace)
        await own_scene.until_vidra_sync(name, has_reason("SourceNotFound"))
    assert vigil.ended == []
