"""The files of a release, each made from the stamped clone."""

from __future__ import annotations

import gzip
import io
import shutil
import sys
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from toolchain.modules import architecture, required
from toolchain.release.commands import run
from toolchain.release.layout import digest_of, write_layout
from toolchain.release.olm import bundle
from toolchain.release.sbom import contents, document
from toolchain.release.source import Source
from toolchain.release.version import Version
from toolchain.rootfs import make_rootfs
from toolchain.tools import find_tool

_EXAMPLE = "registry.example.com/vidra"


def packages(source: Source, to: Path) -> list[Path]:
    """Make wheel and sdist."""
    before = set(to.iterdir())
    command = (sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", str(to))
    run(*command, at=source.root, SOURCE_DATE_EPOCH=str(source.seconds))
    return sorted(set(to.iterdir()) - before)


def chart(source: Source, version: Version, to: Path) -> Path:
    """Pack the chart."""
    run(str(find_tool("helm")), "lint", "--strict", str(source.root / "charts/vidra"), "--set", f"{_IMAGE}={_EXAMPLE}")
    run(str(find_tool("helm")), "package", str(source.root / "charts/vidra"), "--destination", str(to))
    return to / f"vidra-{version.semantic}.tgz"


def definitions(source: Source, version: Version, to: Path) -> Path:
    """Put the definitions into one file for kubectl."""
    file = to / f"vidra-crds-{version.python}.yaml"
    file.write_text("".join(one.read_text(encoding="utf-8") for one in _definitions(source)), encoding="utf-8")
    return file


def image(source: Source, given: Path | None, to: Path) -> str:
    """Lay the image into a folder, and return its digest.

    Args:
        source: What it is made from.
        given: A folder, or an archive, in the form of the OCI image layout that was built elsewhere; without one the
            image is made here, for this machine's platform alone.
        to: The folder.
    """
    if given and given.is_dir():
        shutil.copytree(given, to)
    elif given:
        with tarfile.open(given) as archive:
            archive.extractall(to, filter="data")
    else:
        root = to.with_name("root")
        make_rootfs(root, source.root)
        write_layout(
            to, {architecture(): root}, (source.root / "Dockerfile").read_text(encoding="utf-8"), source.seconds
        )
        shutil.rmtree(root)
    return digest_of(to)


def sbom(source: Source, version: Version, layout: Path, to: Path) -> Path:
    """List what is in the image."""
    file = to / f"vidra-{version.python}.spdx.json"
    parts = contents(layout, source.root / "ui/package-lock.json")
    file.write_bytes(document(parts, version=version.python, digest=digest_of(layout), created=source.created))
    return file


def olm_bundle(source: Source, version: Version, repository: str, to: Path) -> Path:
    """Pack the bundle for OLM: a folder to build an image from, or to give to its tools."""
    chart_folder = str(source.root / "charts/vidra")
    # A helm that was built here takes the cluster for an ancient one unless it is told.
    kubernetes = ("--kube-version", required("kubernetes", "k8s.io/kubernetes"))
    helm = (str(find_tool("helm")), "template", "vidra", chart_folder, "--namespace", "vidra-system", *kubernetes)
    objects = _documents(run(*helm, "--set", f"{_IMAGE}={repository or _EXAMPLE}"))
    kinds = [body for one in _definitions(source) for body in _documents(one.read_text(encoding="utf-8"))]
    about = (source.root / "README.md").read_text(encoding="utf-8").split("\n\n")[1]
    return packed(
        to / f"vidra-olm-{version.python}.tar.gz", bundle(objects, kinds, version.semantic, about), source.seconds
    )


def packed(to: Path, files: Mapping[str, bytes], seconds: int) -> Path:
    """Pack files, so that the same files make the same archive."""
    with gzip.GzipFile(to, "wb", mtime=seconds) as out, tarfile.open(fileobj=out, mode="w") as archive:
        for path, body in sorted(files.items()):
            member = tarfile.TarInfo(path)
            member.size, member.mtime = len(body), seconds
            archive.addfile(member, io.BytesIO(body))
    return to


_IMAGE = "controllerManager.manager.image.repository"


def _definitions(source: Source) -> Iterable[Path]:
    return sorted((source.root / "charts/vidra/crds").glob("*.yaml"))


def _documents(text: str) -> list[dict[str, object]]:
    parts = (msgspec.yaml.decode(part) for part in text.split("\n---\n"))
    return [part for part in parts if part]
