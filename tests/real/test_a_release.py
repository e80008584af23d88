"""A release as a maintainer makes it, into a registry and a web server on loopback; then others install from there."""

import asyncio
import json
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from testkit.controlplane import ControlPlane
from testkit.parts.files import Files
from testkit.parts.helm import helm
from testkit.parts.registry import Registry
from toolchain.release.commands import run
from toolchain.tools import find_tool

ROOT = Path(__file__).parents[2]
VERSION = "7.8.9rc1"
CHART = "7.8.9-rc.1"


@pytest.fixture(scope="module")
async def release(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything of the version, published to the registry; made from what is committed."""
    to = tmp_path_factory.mktemp("release") / VERSION
    command = (sys.executable, "-m", "toolchain.release", VERSION, "--to", str(to), "--plain-http")
    given = ("--registry", f"{registry.address}/team", "--repository", "https://git.example.com/vidra")
    made = await asyncio.create_subprocess_exec(*command, *given, cwd=ROOT, stderr=asyncio.subprocess.PIPE)
    _, said = await made.communicate()
    assert made.returncode == 0, said.decode()
    return to


@pytest.fixture
async def web(release: Path) -> AsyncIterator[str]:
    """The address of a web server that hands out the release's folder for one."""
    async with Files(release / "web") as files:
        yield files.url


def test_its_files_are_all_there_with_their_checksums(release: Path) -> None:
    names = {file.name for file in (release / "files").iterdir()}
    assert names == {
        "SHA256SUMS",
        "vidra.provenance.json",
        f"vidra-{VERSION}-py3-none-any.whl",
        f"vidra-{VERSION}.spdx.json",
        f"vidra-{VERSION}.tar.gz",
        f"vidra-{CHART}.tgz",
        f"vidra-crds-{VERSION}.yaml",
        f"vidra-olm-{VERSION}.tar.gz",
    }
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=release / "files", check=True)


def test_the_commit_has_the_number_and_the_changelog_the_version(release: Path) -> None:
    clone = release / "source"
    assert run("git", "describe", "--exact-match", at=clone).strip() == f"v{VERSION}"
    assert f"\n## [{VERSION}] - " in run("git", "show", "HEAD:CHANGELOG.md", at=clone)
    assert run("git", "rev-parse", "HEAD~1", at=clone) == run("git", "rev-parse", "HEAD", at=ROOT)


@pytest.mark.usefixtures("release")
async def test_the_chart_installs_from_the_registry_and_names_the_image(
    registry: Registry, controlplane: ControlPlane
) -> None:
    charts = f"oci://{registry.address}/team/charts/vidra"
    flags = ("--plain-http", "--version", CHART, "-n", "released", "--create-namespace", "--skip-crds")
    await helm(controlplane, "install", "from-registry", charts, *flags)
    found = await controlplane.request("GET", "/apis/apps/v1/namespaces/released/deployments/from-registry-vidra")
    (container,) = found.body["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"{registry.address}/team/vidra:{VERSION}"
    crane = str(await asyncio.to_thread(find_tool, "crane"))
    config = json.loads(await asyncio.to_thread(run, crane, "--insecure", "config", container["image"]))
    assert (config["config"]["Entrypoint"], config["config"]["User"]) == (["vidra"], "65532:65532")
    await helm(controlplane, "uninstall", "from-registry", "-n", "released")


async def test_the_chart_installs_from_a_plain_repository(web: str, controlplane: ControlPlane) -> None:
    await helm(controlplane, "repo", "add", "released", f"{web}/charts")
    flags = ("--version", CHART, "-n", "released", "--create-namespace", "--skip-crds")
    await helm(controlplane, "install", "from-web", "released/vidra", *flags)
    await helm(controlplane, "uninstall", "from-web", "-n", "released")


async def test_pip_installs_the_command_line_into_an_empty_environment(web: str, tmp_path: Path) -> None:
    await asyncio.to_thread(run, sys.executable, "-m", "venv", str(tmp_path / "venv"))
    python = str(tmp_path / "venv" / "bin" / "python")
    index = ("--extra-index-url", f"{web}/simple/")
    await asyncio.to_thread(run, python, "-m", "pip", "install", "--quiet", *index, f"vidra=={VERSION}")
    for name in ("vidra", "kubectl-vidra"):
        assert VERSION in await asyncio.to_thread(run, str(tmp_path / "venv" / "bin" / name), "--version")
    assert "kubectl vidra" in await asyncio.to_thread(run, str(tmp_path / "venv" / "bin" / "kubectl-vidra"), "--help")


def test_the_sbom_lists_what_is_in_the_image(release: Path) -> None:
    made = json.loads((release / "files" / f"vidra-{VERSION}.spdx.json").read_bytes())
    purls = {part["externalRefs"][0]["referenceLocator"].partition("@")[0] for part in made["packages"]}
    assert {"pkg:deb/debian/python3.11-minimal", "pkg:deb/debian/ca-certificates", "pkg:pypi/aiohttp"} <= purls
    assert {"pkg:golang/stdlib", "pkg:golang/helm.sh/helm/v4", "pkg:golang/sigs.k8s.io/kustomize/api"} <= purls


def test_the_bundle_for_olm_grants_what_the_chart_grants(release: Path) -> None:
    with tarfile.open(release / "files" / f"vidra-olm-{VERSION}.tar.gz") as archive:
        bodies = {}
        for member in archive:
            opened = archive.extractfile(member)
            assert opened
            bodies[member.name] = msgspec.yaml.decode(opened.read())
    version = bodies["manifests/vidra.clusterserviceversion.yaml"]
    spec = version["spec"]["install"]["spec"]
    assert {item["kind"] for item in version["spec"]["customresourcedefinitions"]["owned"]} == {
        "InfrahubSync",
        "VidraSync",
        "VidraResource",
    }
    own = {tuple(rule["resources"]) for rule in spec["permissions"][0]["rules"]}
    assert ("leases",) in own
    everywhere = spec["clusterPermissions"][0]["rules"]
    assert not any("secrets" in rule["resources"] or "impersonate" in rule["verbs"] for rule in everywhere)
    assert spec["deployments"][0]["spec"]["template"]["spec"]["serviceAccountName"] == "vidra"


def test_the_site_of_the_version_is_there(release: Path) -> None:
    listed = json.loads((release / "web" / "site" / "versions.json").read_bytes())
    assert [item["version"] for item in listed] == [VERSION]
    page = (release / "web" / "site" / VERSION / "guides" / "install" / "index.html").read_text(encoding="utf-8")
    assert CHART in page


def test_a_version_that_is_there_is_refused(release: Path, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "toolchain.release", VERSION, "--to", str(tmp_path / "again"), "--dry-run")
    again = subprocess.run(
        (*command, "--checkout", str(release / "source")), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert again.returncode == 1
    assert f"The tag v{VERSION} is there already" in again.stderr
