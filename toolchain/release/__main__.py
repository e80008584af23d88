"""``python -m toolchain.release VERSION``: make all that is published of a version, and bring it into a registry.

The folder of the release then holds ``files`` (packages, chart, definitions, bundle for OLM, SBOM, provenance,
checksums), ``image`` (in the form of the OCI image layout), ``web`` (a package index, a chart repository and the site,
for any web server) and ``source``, the clone that all was made from; the last lines say how to take its commit and tag.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Final

from toolchain.errors import BinariesError
from toolchain.progress import say
from toolchain.release import artifacts
from toolchain.release.errors import ReleaseError
from toolchain.release.index import write_chart_index, write_python_index
from toolchain.release.krew import krew_manifest
from toolchain.release.provenance import write_statement, write_sums
from toolchain.release.publish import Registry, push_chart, push_image
from toolchain.release.source import Source, prepared
from toolchain.release.version import Version, parse
from toolchain.site.build import SiteError, build

ROOT: Final = Path(__file__).parents[2]


def main() -> int:
    """Make the release; the exit code."""
    parser = _arguments()
    given = parser.parse_args()
    if not (given.registry or given.dry_run):
        parser.error("say where image and chart go (--registry HOST/PATH), or that nothing is published (--dry-run)")
    try:
        version = parse(given.version)
        folder = given.to or ROOT / "build" / "release" / version.python
        source = release(given, version, folder)
    except (BinariesError, ReleaseError, SiteError) as error:
        say(str(error))
        return 1
    say(f"Take its commit and tag: git fetch {source.root} v{version.python} && git merge --ff-only FETCH_HEAD && ")
    say(f"  git tag v{version.python} FETCH_HEAD && git push --follow-tags")
    sys.stdout.write(f"{folder}\n")
    return 0


def release(given: argparse.Namespace, version: Version, folder: Path) -> Source:
    """Make everything, then publish: what cannot be made stops the release before anybody sees a part of it.

    Raises:
        BinariesError: A tool cannot be had.
        ReleaseError: Something cannot be made or published.
        SiteError: The site cannot be built.
    """
    shutil.rmtree(folder, ignore_errors=True)
    files, web = folder / "files", folder / "web"
    for place in (files, web):
        place.mkdir(parents=True)
    registry = Registry(given.registry, given.plain_http) if given.registry else None
    say(f"Stamping a clone with {version.python}")
    source = prepared(given.checkout, folder / "source", version, registry.image if registry else "")
    say("Making packages, chart, definitions and the bundle for OLM")
    packages = artifacts.packages(source, files)
    chart = artifacts.chart(source, version, files)
    artifacts.definitions(source, version, files)
    artifacts.olm_bundle(source, version, registry.image if registry else "", files)
    say("Making the image" if not given.image else "Taking the image")
    digest = artifacts.image(source, given.image, folder / "image")
    artifacts.sbom(source, version, folder / "image", files)
    _command_lines(given, version, files)
    say("Making the indexes and the site")
    write_python_index(web, packages)
    write_chart_index(web, chart, given.charts_url)
    build(version.python, web / "site", source.root)
    write_statement(
        files,
        version=version.python,
        commit=source.commit,
        repository=given.repository,
        builder=given.builder,
        images={registry.image if registry else "vidra": digest},
    )
    write_sums(files)
    if registry and not given.dry_run:
        say(f"Publishing to {registry.address}")
        push_image(registry, folder / "image", version, newest=version.is_final)
        push_chart(registry, chart)
    return source


def _command_lines(given: argparse.Namespace, version: Version, files: Path) -> None:
    """What was packed on machines of each platform, and the manifest by which krew installs it."""
    packed = [Path(shutil.copy(archive, files)) for archive in given.command_line]
    if packed:
        (files / "vidra.krew.yaml").write_bytes(krew_manifest(version.semantic, packed, given.downloads_url))


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m toolchain.release", description="Make a release.")
    parser.add_argument("version", help="such as 1.2.3 or 1.2.3rc1")
    parser.add_argument("--registry", default="", help="host and path; without one the chart names no image")
    parser.add_argument("--plain-http", action="store_true", help="the registry has no certificate")
    parser.add_argument("--dry-run", action="store_true", help="make everything, publish nothing")
    parser.add_argument("--image", type=Path, help="the image, built elsewhere: an OCI layout, or an archive of one")
    parser.add_argument("--command-line", type=Path, action="append", default=[], help="packed for a platform; repeat")
    parser.add_argument("--charts-url", default="", help="where the chart repository will be")
    parser.add_argument("--downloads-url", default="https://example.com/vidra", help="where the files will be")
    parser.add_argument("--repository", default="https://example.com/vidra", help="address of the Git repository")
    parser.add_argument("--builder", default="https://example.com/by-hand", help="address that names who builds")
    parser.add_argument("--checkout", type=Path, default=ROOT, help="whose last commit is released")
    parser.add_argument("--to", type=Path, help="the folder; default: build/release/VERSION")
    return parser


if __name__ == "__main__":
    sys.exit(main())
