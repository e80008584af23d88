"""What is in the image, as an SPDX document: packages of Debian, Python and the page, modules of the renderer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from email.parser import HeaderParser
from pathlib import Path
from typing import Any, Final

import msgspec

from toolchain.release.layout import files, platforms

_STATUS: Final = "var/lib/dpkg/status"
_RENDERER: Final = "opt/vidra/bin/vidra-render"
_WANTED: Final = re.compile(rf"{_STATUS}|{_RENDERER}|opt/vidra/lib/[^/]+\.dist-info/METADATA")
_MODULE: Final = re.compile(rb"^dep\t(\S+)\t(v\S+)", re.MULTILINE)
_BUILT_WITH: Final = re.compile(rb"\xff Go buildinf:.{19}go([\d.]+)", re.DOTALL)
"""What Go writes into a program: 14 bytes of magic, and 19 until the text of the version."""
_NOT_ALLOWED: Final = re.compile(r"[^A-Za-z0-9.-]+")

Json = dict[str, Any]


class Package(msgspec.Struct, frozen=True, order=True):
    """A part of the image.

    Attributes:
        purl: Its package URL, without the version: what it is called where.
        name: Its name.
        version: Its version.
        license: What it says of its license; empty: nothing.
    """

    purl: str
    name: str
    version: str
    license: str = ""


def contents(layout: Path, page_lock: Path) -> tuple[Package, ...]:
    """Return what is in an image, of all its platforms.

    Args:
        layout: The image.
        page_lock: The file that locks what the web page is built from.
    """
    found = {*_in_page(page_lock)}
    for manifest in platforms(layout).values():
        for path, body in files(layout, manifest, _WANTED):
            found |= set(_parts(path, body))
    return tuple(sorted(found))


def _parts(path: str, body: bytes) -> Iterator[Package]:
    """What a file of the image says of what is in it."""
    if path == _STATUS:
        yield from _debian(body.decode())
    elif path == _RENDERER:
        yield from _go(body)
    else:
        yield _python(body.decode())


def _go(program: bytes) -> Iterator[Package]:
    for version in _BUILT_WITH.findall(program):
        yield Package("pkg:golang/stdlib", "stdlib", version.decode())
    for name, version in _MODULE.findall(program):
        yield Package(f"pkg:golang/{name.decode()}", name.decode(), version.decode())


def document(packages: Iterable[Package], *, version: str, digest: str, created: str) -> bytes:
    """Return the document.

    Args:
        packages: What is in the image.
        version: Of Vidra.
        digest: Of the image.
        created: When, as ``2026-01-31T12:00:00Z``.
    """
    image = _entry("SPDXRef-image", Package("pkg:oci/vidra", "vidra", version, "Apache-2.0"))
    image["checksums"] = [{"algorithm": "SHA256", "checksumValue": digest.removeprefix("sha256:")}]
    parts = [_entry(_id(package), package) for package in packages]
    return json.dumps(
        {
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": f"vidra-{version}",
            "documentNamespace": f"https://spdx.org/spdxdocs/vidra-{version}-{digest.removeprefix('sha256:')[:16]}",
            "creationInfo": {"created": created, "creators": ["Tool: toolchain.release"]},
            "packages": [image, *parts],
            "relationships": [
                _relation("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-image"),
                *(_relation("SPDXRef-image", "CONTAINS", part["SPDXID"]) for part in parts),
            ],
        },
        indent=1,
    ).encode()


def _debian(status: str) -> Iterator[Package]:
    for paragraph in status.split("\n\n"):
        said = HeaderParser().parsestr(paragraph)
        if said["Status"] and said["Status"].endswith(" installed"):
            yield Package(f"pkg:deb/debian/{said['Package']}", said["Package"], said["Version"])


def _python(metadata: str) -> Package:
    said = HeaderParser().parsestr(metadata)
    name = str(said["Name"])
    purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}"
    return Package(purl, name, said["Version"], said["License-Expression"] or "")


def _in_page(lock: Path) -> Iterator[Package]:
    for path, item in json.loads(lock.read_bytes())["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if name and not item.get("dev"):
            yield Package(f"pkg:npm/{name.replace('@', '%40')}", name, item["version"], item.get("license", ""))


def _entry(identity: str, package: Package) -> Json:
    return {
        "SPDXID": identity,
        "name": package.name,
        "versionInfo": package.version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": package.license or "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": f"{package.purl}@{package.version}",
            }
        ],
    }


def _id(package: Package) -> str:
    kind = package.purl.partition(":")[2].partition("/")[0]
    return f"SPDXRef-{_NOT_ALLOWED.sub('-', f'{kind}-{package.name}-{package.version}')}"


def _relation(this: str, how: str, that: str) -> Json:
    return {"spdxElementId": this, "relationshipType": how, "relatedSpdxElement": that}
