"""Artifacts of registries, and files and archives behind URLs, are delivered and followed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from testkit.archives import archive
from testkit.environment import RESOURCES, VIDRA_SYNCS, Json, Scene, condition, has_reason
from testkit.object_recorder import Vigil
from testkit.objects import config_map
from testkit.parts.oci_registry import FLUX, OciRegistry
from testkit.parts.web_files import WebFiles
from testkit.trigger import ask
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
APPS: Json = {"paths": ["apps/*"], "insecure": True}


def text(name: str, colour: str = "red") -> str:
    return write([config_map(name, colour=colour)])


FILES = {"apps/one/map.yaml": text("one"), "apps/two/map.yaml": text("two")}


class Shelf:
    """Where a test puts archives, and what a sync says to read them."""

    def __init__(self, kind: str, registry: OciRegistry, files: WebFiles) -> None:
        self._kind = kind
        self._registry = registry
        self._files = files

    async def put(self, content: dict[str, str]) -> None:
        packed = archive(content)
        if self._kind == "oci":
            await self._registry.push("team/manifests", "stable", [(FLUX, packed)])
        else:
            self._files.files["/manifests.tar.gz"] = packed

    def source(self, **changed: Any) -> Json:
        """With other fields than usual."""
        if self._kind == "oci":
            return {"oci": {"url": f"{self._registry.url}/team/manifests", "tag": "stable", **APPS, **changed}}
        return {"http": {"url": f"{self._files.url}/manifests.tar.gz", **APPS, **changed}}


@pytest.fixture(params=["oci", "http"])
async def shelf(request: pytest.FixtureRequest) -> AsyncIterator[Shelf]:
    async with OciRegistry() as registry, WebFiles() as files:
        yield Shelf(request.param, registry, files)


async def delivered(scene: Scene, shelf: Shelf) -> str:
    await shelf.put(FILES)
    name = await scene.vidra_sync(source=shelf.source(), interval="1h")
    await scene.until_vidra_sync(name)
    return name


@pytest.mark.faces(1)
async def test_only_the_folder_that_changed_is_written(scene: Scene, shelf: Shelf) -> None:
    name = await delivered(scene, shelf)
    before = {item["metadata"]["name"]: item for item in await scene.resources_of(name, VIDRA_SYNCS)}
    first = (await scene.until_vidra_sync(name))["status"]["revision"]
    await shelf.put({**FILES, "apps/one/map.yaml": text("one", "blue")})
    item = await ask(scene, name, VIDRA_SYNCS)
    assert item["status"]["revision"] not in {"", first}
    await scene.until(
        CONFIG_MAPS, "one", lambda item: bool(item["data"]["colour"] == "blue"), namespace=scene.namespace
    )
    changed = {
        item["spec"]["content"]["artifactId"]
        for item in await scene.resources_of(name, VIDRA_SYNCS)
        if item["metadata"]["generation"] != before[item["metadata"]["name"]]["metadata"]["generation"]
    }
    assert changed == {"apps/one"}


@pytest.mark.faces(1)
async def test_a_folder_that_is_left_out_takes_its_objects_along(scene: Scene, shelf: Shelf) -> None:
    name = await delivered(scene, shelf)
    (gone,) = [
        item["metadata"]["name"]
        for item in await scene.resources_of(name, VIDRA_SYNCS)
        if item["spec"]["content"]["artifactId"] == "apps/two"
    ]
    await shelf.put({"apps/one/map.yaml": text("one")})
    await ask(scene, name, VIDRA_SYNCS)
    await scene.until_gone(RESOURCES, gone)
    assert await scene.get(CONFIG_MAPS, "two", namespace=scene.namespace) is None


@pytest.mark.faces(2)
@pytest.mark.parametrize(
    ("content", "reason"),
    [({"docs/read.md": "# Nothing\n"}, "PathNotFound"), ({"apps/one/../../map.yaml": "a: 1\n"}, "")],
    ids=["no folder that matches", "a name that leads out"],
)
async def test_an_archive_that_is_no_good_leaves_what_is_applied(
    scene: Scene, shelf: Shelf, content: dict[str, str], reason: str
) -> None:
    name = await delivered(scene, shelf)
    async with Vigil(scene) as vigil:
        await shelf.put(content)
        item = await ask(scene, name, VIDRA_SYNCS)
        assert condition(item)["status"] == "False"
        assert condition(item)["reason"] == (reason or condition(item)["reason"])
    assert vigil.ended == []


async def test_a_file_that_is_pinned_to_another_digest_is_not_read(scene: Scene) -> None:
    async with WebFiles() as files:
        files.files["/map.yaml"] = text("one").encode()
        source = {"http": {"url": f"{files.url}/map.yaml", "sha256": "0" * 64}}
        name = await scene.vidra_sync(source=source, interval="1h")
        await scene.until_vidra_sync(name, has_reason("ChecksumMismatch"))
    assert await scene.get(CONFIG_MAPS, "one", namespace=scene.namespace) is None


async def test_an_address_that_no_source_is_meant_to_have_is_refused(scene: Scene) -> None:
    source = {"http": {"url": "http://169.254.169.254/latest/meta-data", "insecure": True}}
    name = await scene.vidra_sync(source=source)
    await scene.until_vidra_sync(name, has_reason("HostNotAllowed"))
