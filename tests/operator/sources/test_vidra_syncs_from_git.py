"""Folders of a Git repository are delivered: what a commit changes, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from testkit.environment import RESOURCES, VIDRA_SYNCS, Json, Scene, condition, has_reason, is_ready
from testkit.object_recorder import Vigil, hand_over_and_back
from testkit.objects import config_map
from testkit.parts.git import GitServer, Repository
from testkit.signing import Signer
from testkit.trigger import ask
from vidra.api.names import KEYS_LABEL, SOURCE_LABEL
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

Happening = Callable[[GitServer, Repository], Awaitable[None]]
CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)


def text(name: str, colour: str = "red") -> str:
    return write([config_map(name, colour=colour)])


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[GitServer]:
    async with GitServer(tmp_path / "served") as running:
        yield running


@pytest.fixture
def repository(server: GitServer) -> Repository:
    """Two applications, and something beside."""
    made = server.repository()
    made.commit({"apps/one/map.yaml": text("one"), "apps/two/map.yaml": text("two"), "docs/read.md": "# Fleet\n"})
    return made


def git(server: GitServer, **fields: Any) -> Json:
    url = f"{server.url}/team/repo.git"
    return {"git": {"url": url, "insecure": True, "branch": "main", "paths": ["apps/*"], **fields}}


async def delivered(scene: Scene, server: GitServer, **spec: Any) -> str:
    name = await scene.vidra_sync(source=git(server), interval="1h", **spec)
    await scene.until_vidra_sync(name)
    return name


async def colour(scene: Scene, name: str) -> str:
    found = await scene.get(CONFIG_MAPS, name, namespace=scene.namespace)
    return str(found["data"]["colour"]) if found else ""


async def by_folder(scene: Scene, name: str) -> dict[str, Json]:
    made = await scene.resources_of(name, VIDRA_SYNCS)
    return {item["spec"]["content"]["artifactId"]: item for item in made}


def version(item: Json) -> str:
    return str(item["metadata"]["resourceVersion"])


async def test_each_folder_becomes_one_vidraresource_with_its_revision(
    scene: Scene, server: GitServer, repository: Repository
) -> None:
    name = await delivered(scene, server)
    item = await scene.until_vidra_sync(name)
    revision = f"main@sha1:{repository.head()}"
    assert condition(item)["message"] == "2 folders with 2 objects applied"
    assert item["status"]["revision"] == revision
    made = await by_folder(scene, name)
    assert set(made) == {"apps/one", "apps/two"}
    content = made["apps/one"]["spec"]["content"]
    assert (content["revision"], content["author"]) == (revision, "Ada <ada@example.com>")
    event = await scene.until_event(name, "Synced")
    assert revision in event["message"]


async def test_a_commit_changes_only_the_folders_that_it_touches(
    scene: Scene, server: GitServer, repository: Repository
) -> None:
    name = await delivered(scene, server)
    before = await by_folder(scene, name)
    repository.commit({"apps/one/map.yaml": text("one", "blue")})
    await ask(scene, name, VIDRA_SYNCS)
    await scene.until_vidra_sync(name)
    after = await by_folder(scene, name)
    assert (await colour(scene, "one"), await colour(scene, "two")) == ("blue", "red")
    assert version(after["apps/two"]) == version(before["apps/two"])
    assert after["apps/one"]["spec"]["content"]["revision"] == f"main@sha1:{repository.head()}"


async def test_a_commit_elsewhere_in_the_repository_writes_nothing_but_the_revision(
    scene: Scene, server: GitServer, repository: Repository
) -> None:
    name = await delivered(scene, server)
    before = await by_folder(scene, name)
    repository.commit({"docs/read.md": "# The fleet\n"})
    item = await ask(scene, name, VIDRA_SYNCS)
    assert item["status"]["revision"] == f"main@sha1:{repository.head()}"
    assert {path: version(item) for path, item in (await by_folder(scene, name)).items()} == {
        path: version(item) for path, item in before.items()
    }


async def test_a_folder_that_is_removed_takes_its_objects_along(
    scene: Scene, server: GitServer, repository: Repository
) -> None:
    name = await delivered(scene, server)
    gone = (await by_folder(scene, name))["apps/two"]["metadata"]["name"]
    repository.commit({"apps/two/map.yaml": None})
    await ask(scene, name, VIDRA_SYNCS)
    await scene.until_gone(RESOURCES, gone)
    assert (await colour(scene, "one"), await colour(scene, "two")) == ("red", "")


async def test_no_folder_at_all_prunes_everything_only_with_allow_empty(
    scene: Scene, server: GitServer, repository: Repository
) -> None:
    name = await delivered(scene, server, pruneLimit=100)
    repository.commit({"apps/one/map.yaml": None, "apps/two/map.yaml": None})
    await ask(scene, name, VIDRA_SYNCS)
    await scene.until_vidra_sync(name, has_reason("PathNotFound"))
    assert (await colour(scene, "one"), await colour(scene, "two")) == ("red", "red")
    await scene.patch(VIDRA_SYNCS, name, {"spec": {"allowEmpty": True}})
    await scene.until_vidra_sync(name, lambda item: is_ready(item) and not item["status"].get("resources"))
    assert (await colour(scene, "one"), await colour(scene, "two")) == ("", "")


async def test_a_folder_that_is_renamed_keeps_its_objects(
    scene: Scene, server: GitServer, repository: Repository
) -> None:
    name = await delivered(scene, server)
    gone = (await by_folder(scene, name))["apps/two"]["metadata"]["name"]
    async with Vigil(scene) as vigil:
        repository.commit({"apps/two/map.yaml": None, "apps/three/map.yaml": text("two")})
        await ask(scene, name, VIDRA_SYNCS)
        await scene.until_gone(RESOURCES, gone)
        await scene.until_vidra_sync(name)
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids


async def _nothing(_server: GitServer, _repository: Repository) -> None:
    """The sync itself is changed."""


async def _empty(_server: GitServer, repository: Repository) -> None:
    repository.commit({"apps/one/map.yaml": None, "apps/two/map.yaml": None})


async def _away(server: GitServer, _repository: Repository) -> None:
    await server.down()


async def _gone(_server: GitServer, repository: Repository) -> None:
    repository.folder.rename(repository.folder.with_name("elsewhere"))


async def _closed(server: GitServer, _repository: Repository) -> None:
    server.users = {"ada": "open-sesame"}


async def _tagged(_server: GitServer, repository: Repository) -> None:
    repository.tag("v1.0.0")


TROUBLE = {
    "an unknown branch": (_nothing, {"branch": "nowhere"}, "RefNotFound"),
    "an unknown folder": (_nothing, {"paths": ["nowhere/*"]}, "PathNotFound"),
    "nothing left": (_empty, {}, "PathNotFound"),
    "a server that is away": (_away, {}, "SourceUnreachable"),
    "a repository that is gone": (_gone, {}, "SourceNotFound"),
    "a password that is wanted": (_closed, {}, "CredentialsMissing"),
    "a range that is empty": (_tagged, {"branch": None, "semver": ">=2"}, "VersionNotFound"),
}


@pytest.mark.faces(3)
@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
async def test_trouble_of_any_kind_leaves_what_is_applied(
    scene: Scene, server: GitServer, repository: Repository, trouble: tuple[Happening, Json, str]
) -> None:
    happens, changed, reason = trouble
    name = await delivered(scene, server)
    async with Vigil(scene) as vigil:
        await happens(server, repository)
        await scene.patch(VIDRA_SYNCS, name, {"spec": {"source": git(server, **changed)}})
        await ask(scene, name, VIDRA_SYNCS)
        await scene.until_vidra_sync(name, has_reason(reason))
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids


@pytest.mark.usefixtures("repository")
async def test_an_object_passes_from_infrahub_to_git_and_back(scene: Scene, server: GitServer) -> None:
    scene.infrahub.add_artifact("Colours", text("one"))
    vigil = await hand_over_and_back(scene, git(server, paths=["apps/one"]))
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids


@pytest.mark.usefixtures("repository")
async def test_credentials_that_come_later_are_used_at_once(scene: Scene, server: GitServer) -> None:
    server.users = {"ada": "open-sesame"}
    name = await scene.vidra_sync(source=git(server), interval="1h")
    item = await scene.until_vidra_sync(name, has_reason("CredentialsMissing"))
    assert SOURCE_LABEL in condition(item)["message"]
    label = "vidra.infrahub.operators.com/source"
    await scene.secret(
        f"git-{scene.namespace}", {label: "127.0.0.1"}, {label: server.url}, username="ada", password="open-sesame"
    )
    await scene.until_vidra_sync(name)


async def test_what_has_to_be_signed_is_delivered_when_a_key_that_counts_signed_it(
    scene: Scene, server: GitServer, repository: Repository, tmp_path: Path
) -> None:
    ada = Signer(tmp_path)
    team = f"{scene.namespace}-team"
    name = await scene.vidra_sync(
        source=git(server, verify={"mode": "Commit", "keys": team}),
        interval="1h",
    )
    item = await scene.until_vidra_sync(name, has_reason("VerificationFailed"))
    assert f"{KEYS_LABEL}={team}" in condition(item)["message"]
    planted = {"metadata": {"name": "planted", "labels": {KEYS_LABEL: team}}, "stringData": {"ada": ada.public}}
    thief = await scene.resource(write([{"apiVersion": "v1", "kind": "Secret", **planted}]))
    await scene.until_resource(thief, has_reason("Protected"))
    ada.commit(repository)
    await scene.secret(team, {KEYS_LABEL: team}, allowed_signers=f"ada@example.com {ada.public}")
    item = await scene.until_vidra_sync(name)
    assert item["status"]["revision"] == f"main@sha1:{repository.head()}"
    repository.commit({"apps/one/map.yaml": text("one", "blue")})
    item = await ask(scene, name, VIDRA_SYNCS)
    assert condition(item)["reason"] == "VerificationFailed"
    assert await colour(scene, "one") == "red"
    await scene.forget_secrets(KEYS_LABEL)
