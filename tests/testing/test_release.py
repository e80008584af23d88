"""A release: the number stands everywhere, the changelog is cut, and what is made says what it is."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from toolchain.release.artifacts import packed
from toolchain.release.changelog import cut, notes
from toolchain.release.errors import ReleaseError
from toolchain.release.krew import krew_manifest
from toolchain.release.layout import digest_of, platforms, run_of, write_layout
from toolchain.release.olm import rules
from toolchain.release.provenance import write_statement, write_sums
from toolchain.release.sbom import contents, document
from toolchain.release.stamp import current, stamp, stamp_image
from toolchain.release.version import parse

ROOT = Path(__file__).parents[2]
LOG = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n\n## [0.1.0] - 2026-01-01\n\n- The first.\n"
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize(
    ("text", "semantic", "final"),
    [("1.2.3", "1.2.3", True), ("1.2.3rc1", "1.2.3-rc.1", False), ("0.1.0.dev0", "0.1.0-dev.0", False)],
)
def test_a_version_is_written_in_two_ways(text: str, semantic: str, final: bool) -> None:
    assert parse(text).semantic == semantic
    assert parse(text).is_final is final


@pytest.mark.parametrize("text", ["", "v1.2.3", "1.2", "1.2.3-rc.1", "1.2.3.post1", "latest"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ReleaseError, match="is no version"):
        parse(text)


def test_what_is_unreleased_becomes_the_version() -> None:
    after = cut(LOG, "0.2.0", "2026-02-01")
    assert notes(after, "0.2.0") == "### Added\n\n- A thing."
    assert notes(after, "Unreleased") == ""
    assert notes(after, "0.1.0") == "- The first."


@pytest.mark.parametrize(("version", "words"), [("0.1.0", "already"), ("0.3.0", "nothing")])
def test_a_changelog_that_cannot_be_cut_stops_the_release(version: str, words: str) -> None:
    text = LOG if version == "0.1.0" else LOG.replace("### Added\n\n- A thing.\n\n", "")
    with pytest.raises(ReleaseError, match=words):
        cut(text, version, "2026-02-01")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What of the repository names its version."""
    for path in ("src/vidra/__init__.py", "Dockerfile", "README.md", "charts/vidra", "docs"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / path).is_dir() else shutil.copy
        copy(ROOT / path, tmp_path / path)
    return tmp_path


def test_the_number_is_stamped_wherever_it_stands(checkout: Path) -> None:
    before = current(checkout)
    stamp(checkout, parse("7.8.9rc1"))
    assert current(checkout).python == "7.8.9rc1"
    left = [
        str(file)
        for file in checkout.rglob("*")
        if file.is_file() and file.suffix in {".py", ".md", ".yaml", ""}
        if before.python in (text := file.read_text()) or before.semantic in text
    ]
    assert left == []
    about = msgspec.yaml.decode((checkout / "charts/vidra/Chart.yaml").read_bytes())
    assert (about["version"], about["appVersion"]) == ("7.8.9-rc.1", "7.8.9rc1")


def test_only_whole_numbers_are_stamped(checkout: Path) -> None:
    stamp(checkout, parse("1.2.3"))
    (checkout / "README.md").write_text("1.2.3 11.2.3 1.2.3.4 1.2.30 1.2.3-x v1.2.3.")
    stamp(checkout, parse("1.2.4"))
    assert (checkout / "README.md").read_text() == "1.2.4 11.2.3 1.2.3.4 1.2.30 1.2.3-x v1.2.3."


def test_a_released_chart_says_where_its_image_is(checkout: Path) -> None:
    stamp_image(checkout, "registry.example.com/a/vidra")
    values = msgspec.yaml.decode((checkout / "charts/vidra/values.yaml").read_bytes())
    assert values["controllerManager"]["manager"]["image"]["repository"] == "registry.example.com/a/vidra"
    with pytest.raises(ReleaseError, match="already"):
        stamp_image(checkout, "registry.example.com/b/vidra")


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """An image of two platforms, with one Debian package and one library in each."""
    roots = {}
    for arch in ("amd64", "arm64"):
        root = roots[arch] = tmp_path / arch
        status = "Package: base-files\nStatus: install ok installed\nVersion: 12.4\n\n"
        status += "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n"
        metadata = f"Name: A_lib.x\nVersion: 1.0\nLicense-Expression: MIT\n\nfor {arch}\n"
        program = (
            "\x7fELF \xff Go buildinf:\b\x02"
            + 16 * "\0"
            + "\bgo1.26.8"
            + "\npath\tvidra\ndep\texample.com/a/v4\tv4.3.2\th1:x=\n"
        )
        for path, text in (
            ("var/lib/dpkg/status", status),
            ("opt/vidra/lib/a-1.dist-info/METADATA", metadata),
            ("opt/vidra/bin/vidra-render", program),
        ):
            (root / path).parent.mkdir(parents=True)
            (root / path).write_text(text, encoding="latin-1")
    write_layout(tmp_path / "image", roots, DOCKERFILE, 1_000_000_000)
    return tmp_path / "image"


def test_an_image_runs_as_its_dockerfile_says() -> None:
    run = run_of(DOCKERFILE)
    assert (run["User"], run["Entrypoint"], run["Cmd"]) == ("65532:65532", ["vidra"], ["operator"])
    assert run["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"


def test_every_blob_of_an_image_is_what_its_name_says(layout: Path) -> None:
    blobs = list((layout / "blobs/sha256").iterdir())
    assert len(blobs) == 7  # an index; for each platform a manifest, a configuration and a layer
    assert all(hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name for blob in blobs)
    assert sorted(platforms(layout)) == ["amd64", "arm64"]


def test_the_same_files_make_the_same_image(layout: Path, tmp_path: Path) -> None:
    roots = {arch: tmp_path / arch for arch in ("amd64", "arm64")}
    write_layout(tmp_path / "again", roots, DOCKERFILE, 1_000_000_000)
    assert digest_of(tmp_path / "again") == digest_of(layout)


def test_the_sbom_lists_what_is_in_the_image_and_the_page(layout: Path) -> None:
    parts = contents(layout, ROOT / "ui/package-lock.json")
    made = json.loads(document(parts, version="1.2.3", digest=digest_of(layout), created="2026-01-31T12:00:00Z"))
    purls = [ref["referenceLocator"] for part in made["packages"] for ref in part["externalRefs"]]
    assert {"pkg:oci/vidra@1.2.3", "pkg:deb/debian/base-files@12.4", "pkg:pypi/a-lib-x@1.0"} <= set(purls)
    assert {"pkg:golang/stdlib@1.26.8", "pkg:golang/example.com/a/v4@v4.3.2"} <= set(purls)
    assert any(purl.startswith("pkg:npm/preact@") for purl in purls)
    assert not any("gone" in purl or "typescript" in purl for purl in purls)
    named = {part["SPDXID"] for part in made["packages"]}
    assert len(named) == len(made["packages"])
    assert {relation["relatedSpdxElement"] for relation in made["relationships"]} == named


def test_checksums_are_those_that_sha256sum_checks(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    write_statement(
        tmp_path, version="1", commit="c", repository="https://r", builder="https://b", images={"i": "sha256:d"}
    )
    write_sums(tmp_path)
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True)
    stated = json.loads((tmp_path / "vidra.provenance.json").read_bytes())
    assert [made["name"] for made in stated["subject"]] == ["a", "i"]
    assert stated["subject"][0]["digest"]["sha256"] == hashlib.sha256(b"a").hexdigest()


def test_krew_gets_each_platform_with_its_checksum(tmp_path: Path) -> None:
    for name in ("linux-amd64", "darwin-arm64"):
        (tmp_path / f"kubectl-vidra-1.2.3-{name}.tar.gz").write_text(name)
    made: dict[str, Any] = msgspec.yaml.decode(krew_manifest("1.2.3", tmp_path.iterdir(), "https://example.com/d"))
    first, second = made["spec"]["platforms"]
    assert first["selector"]["matchLabels"] == {"os": "darwin", "arch": "arm64"}
    assert second["uri"] == "https://example.com/d/kubectl-vidra-1.2.3-linux-amd64.tar.gz"
    assert second["sha256"] == hashlib.sha256(b"linux-amd64").hexdigest()
    with pytest.raises(ReleaseError, match="no packed command line"):
        krew_manifest("1.2.3", (), "https://example.com/d")
    with pytest.raises(ReleaseError, match=r"is not kubectl-vidra-1\.2\.4"):
        krew_manifest("1.2.4", tmp_path.iterdir(), "https://example.com/d")


def test_the_bundle_grants_what_is_bound_to_vidra_and_nothing_for_people() -> None:
    role = {"kind": "ClusterRole", "metadata": {"name": "own"}, "rules": [{"verbs": ["get"]}]}
    people = {"kind": "ClusterRole", "metadata": {"name": "editor"}, "rules": [{"verbs": ["patch"]}]}
    bound = {"kind": "ClusterRoleBinding", "roleRef": {"name": "own"}}
    assert rules([role, people, bound], "ClusterRole") == [{"verbs": ["get"]}]


def test_a_release_that_would_go_nowhere_is_refused() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "toolchain.release", "1.2.3"], cwd=ROOT, capture_output=True, check=False
    )
    assert ran.returncode == 2
    assert b"say where image and chart go" in ran.stderr


def test_the_same_files_make_the_same_archive(tmp_path: Path) -> None:
    files = {"b": b"2", "a": b"1"}
    one = packed(tmp_path / "bundle.tar.gz", files, 7).read_bytes()
    assert packed(tmp_path / "bundle.tar.gz", dict(reversed(files.items())), 7).read_bytes() == one
