"""`vidra sync`, and the other commands with a VidraSync."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from testkit.command import Vidra, vidra_with
from testkit.controlplane import ControlPlane
from testkit.environment import VIDRA_SYNCS, Scene, condition, has_reason
from testkit.objects import config_map
from testkit.parts.git import GitServer, Repository
from vidra.cli.options import SOURCE_HOSTS
from vidra.manifests.write import write


@pytest.fixture
def vidra(controlplane: ControlPlane) -> Vidra:
    """The command, which may read from the servers of tests."""
    return vidra_with(controlplane.kubeconfig, **{SOURCE_HOSTS: "127.0.0.1"})


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[GitServer]:
    async with GitServer(tmp_path / "served") as running:
        yield running


@pytest.fixture
def repository(server: GitServer) -> Repository:
    made = server.repository()
    made.commit({"apps/one/map.yaml": text("one"), "apps/two/map.yaml": text("two")})
    return made


def text(name: str, colour: str = "red") -> str:
    return write([config_map(name, colour=colour)])


async def delivered(scene: Scene, server: GitServer) -> str:
    git = {"url": f"{server.url}/team/repo.git", "insecure": True, "branch": "main", "paths": ["apps/*"]}
    name = await scene.vidra_sync(source={"git": git}, interval="1h")
    await scene.until_vidra_sync(name)
    return name


async def test_a_sync_from_options_is_made_shown_and_deleted(vidra: Vidra, scene: Scene) -> None:
    name, url = scene.namespace, "https://git.example.com/fleet.git"
    paths = ("--path", "apps/*", "--path", "base")
    options = ("--git", url, "--branch", "main", *paths, "--to-namespace", scene.namespace)
    assert (await vidra("sync", "apply", name, *options)).out == f"vidrasync/{name} applied\n"
    live = await scene.get(VIDRA_SYNCS, name)
    assert live is not None
    assert live["spec"]["source"] == {"git": {"url": url, "branch": "main", "paths": ["apps/*", "base"]}}
    assert f"vidrasync.infrahub.operators.com/{name}\n" in (await vidra("sync", "list", "-o", "name")).out
    assert name in (await vidra("sync", "get", f"vsync/{name}")).out
    ended = await vidra("sync", "delete", name, "--yes", "--wait")
    assert (ended.code, ended.out) == (0, f"vidrasync/{name} deleted\n")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("web",), "a sync needs a NAME and one of"),
        (("web", "--git", "https://a/b", "--inline", "c"), "a sync has one source"),
        (("web", "--flux", "GitRepository/fleet"), "write KIND/NAMESPACE/NAME"),
        (("web", "--git", "https://a/b", "-f", "-"), "--file has everything in it"),
    ],
)
async def test_options_that_make_no_sync_are_refused(vidra: Vidra, options: tuple[str, ...], says: str) -> None:
    ended = await vidra("sync", "apply", *options)
    assert ended.code == 2
    assert says in ended.err


async def test_syncs_of_both_kinds_come_from_one_file(vidra: Vidra, scene: Scene) -> None:
    name = scene.namespace
    infrahub = {"infrahubAPIURL": scene.infrahub.url, "artifactName": "Web"}
    to = {"namespace": scene.namespace}
    both = [
        {"apiVersion": "infrahub.operators.com/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}
        for kind, spec in (
            ("InfrahubSync", {"source": infrahub, "destination": to}),
            ("VidraSync", {"source": {"infrahub": infrahub}, "destination": to}),
        )
    ]
    ended = await vidra("sync", "apply", "-f", "-", stdin=write(both))
    assert ended.out.splitlines() == [f"infrahubsync/{name} applied", f"vidrasync/{name} applied"]
    unclear = await vidra("reconcile", name)
    assert f"write isync/{name} or vsync/{name}" in unclear.err


async def test_another_branch_or_commit_shows_what_a_merge_would_change(
    vidra: Vidra, scene: Scene, server: GitServer, repository: Repository
) -> None:
    name = await delivered(scene, server)
    first = repository.head()
    repository.git("branch", "next", "main")
    repository.commit({"apps/one/map.yaml": text("one", "blue"), "apps/three/map.yaml": text("three")}, branch="next")
    ended = await vidra("diff", name, "--branch", "next")
    assert ended.code == 3, ended.err
    assert {"-  colour: red", "+  colour: blue"} <= set(ended.out.splitlines())
    assert f"+++ after: ConfigMap {scene.namespace}/three (v1)" in ended.out
    repository.tag("v2", "next")
    assert (await vidra("diff", name, "--tag", "v2")).out == ended.out
    assert (await vidra("diff", name, "--commit", repository.head("next"))).out == ended.out
    assert (await vidra("diff", name, "--commit", first)).code == 0
    wrong = await vidra("diff", name, "--date", "-2h")
    assert "this source has no date" in wrong.err


async def test_what_is_shown_names_the_revision(
    vidra: Vidra, scene: Scene, server: GitServer, repository: Repository
) -> None:
    name = await delivered(scene, server)
    revision = f"main@sha1:{repository.head()}"
    wide = (await vidra("get", name, "-o", "wide")).out
    assert revision in wide
    assert server.url in wide
    assert revision in (await vidra("tree", name)).out
    traced = (await vidra("trace", "configmap/one", "-n", scene.namespace)).out
    for fact in (f"VidraSync/{name}", f"{server.url}/team/repo.git", revision, "apps/one", "Ada <ada@example.com>"):
        assert fact in traced


async def test_it_is_suspended_resumed_and_reconciled(
    vidra: Vidra, scene: Scene, server: GitServer, repository: Repository
) -> None:
    name = await delivered(scene, server)
    assert (await vidra("suspend", name)).code == 0
    await scene.until_vidra_sync(name, has_reason("Suspended"))
    assert (await vidra("resume", f"vsync/{name}")).code == 0
    repository.commit({"apps/one/map.yaml": text("one", "blue")})
    ended = await vidra("reconcile", name, "--wait")
    assert ended.code == 0, ended.err
    assert condition(await scene.until_vidra_sync(name))["reason"] == "Synced"


async def test_check_asks_its_source(vidra: Vidra, scene: Scene, server: GitServer, repository: Repository) -> None:
    name = await delivered(scene, server)
    found = (await vidra("check")).out
    line = next(line for line in found.splitlines() if f"git of {name}" in line)
    assert f"2 folders at main@sha1:{repository.head()}" in line


async def test_a_chart_from_options(vidra: Vidra, scene: Scene) -> None:
    name = scene.namespace
    options = ("--helm", "https://charts.example.com", "--chart", "gateway", "--chart-version", "~1.4")
    assert (await vidra("sync", "apply", name, *options, "--to-namespace", name)).code == 0
    live = await scene.get(VIDRA_SYNCS, name)
    assert live is not None
    helm = {"url": "https://charts.example.com", "chart": "gateway", "version": "~1.4"}
    assert live["spec"]["source"] == {"helm": helm}
    told = await vidra("diff", name, "--tag", "v1")
    assert (told.code, "it is read by chart-version, branch" in told.err) == (1, True)
    told = await vidra("diff", name, "--branch", "more")
    assert (told.code, "no values of Infrahub" in told.err) == (1, True)
