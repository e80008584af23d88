"""An image as a folder in the form of the OCI image layout: made of a root file system without Docker, and read."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from toolchain.release.errors import ReleaseError

_INDEX: Final = "application/vnd.oci.image.index.v1+json"
_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
_LAYER: Final = "application/vnd.oci.image.layer.v1.tar+gzip"
_WORDS: Final = re.compile(r'([\w.-]+)="([^"]*)"')

Json = dict[str, Any]


def write_layout(to: Path, roots: Mapping[str, Path], dockerfile: str, seconds: int) -> None:
    """Write an image with one layer for each platform.

    Args:
        to: The folder.
        roots: The root file system of each architecture, by Go's word for it.
        dockerfile: What says how the image runs; only its last part is read.
        seconds: Moment that files and image have, since 1970: the same input makes the same image.
    """
    (to / "blobs" / "sha256").mkdir(parents=True)
    manifests = [_manifest(to, arch, root, run_of(dockerfile), seconds) for arch, root in roots.items()]
    (to / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    index = _blob(to, {"schemaVersion": 2, "mediaType": _INDEX, "manifests": manifests}, _INDEX)
    (to / "index.json").write_text(json.dumps({"schemaVersion": 2, "mediaType": _INDEX, "manifests": [index]}))


def run_of(dockerfile: str) -> Json:
    """Return how the image of a Dockerfile runs: user, command, labels."""
    last = re.sub(r"\\\n\s*", " ", dockerfile.rpartition("\nFROM ")[2])
    said = dict(line.split(None, 1) for line in last.splitlines() if re.match(r"(USER|ENTRYPOINT|CMD|LABEL) ", line))
    return {
        "User": said["USER"],
        "Entrypoint": json.loads(said["ENTRYPOINT"]),
        "Cmd": json.loads(said["CMD"]),
        "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
        "Labels": dict(_WORDS.findall(said["LABEL"])),
    }


def digest_of(layout: Path) -> str:
    """Return the digest under which a registry has the image.

    Raises:
        ReleaseError: The folder holds no image, or several.
    """
    listed = json.loads((layout / "index.json").read_bytes())["manifests"]
    if len(listed) != 1:
        raise ReleaseError(f"{layout} holds {len(listed)} images, and one was expected.")
    return str(listed[0]["digest"])


def platforms(layout: Path) -> dict[str, Json]:
    """Return the manifest of each architecture."""
    top = _read(layout, digest_of(layout))
    listed = top.get("manifests", ())
    found = {item["platform"]["architecture"]: _read(layout, item["digest"]) for item in listed}
    found.pop("unknown", None)  # what buildx attests, which is no platform
    if listed:
        return found
    return {_read(layout, top["config"]["digest"])["architecture"]: top}


def files(layout: Path, manifest: Json, wanted: re.Pattern[str]) -> Iterator[tuple[str, bytes]]:
    """Give those files of an image whose path the pattern matches, of later layers last."""
    for layer in manifest["layers"]:
        with tarfile.open(_place(layout, layer["digest"])) as archive:
            for member in archive:
                path = member.name.removeprefix("./")
                if member.isfile() and wanted.fullmatch(path):
                    opened = archive.extractfile(member)
                    assert opened, "it is a file"
                    yield path, opened.read()


def _manifest(to: Path, arch: str, root: Path, run: Json, seconds: int) -> Json:
    layer, unpacked = _layer(to, root, seconds)
    config = {
        "architecture": arch,
        "os": "linux",
        "config": run,
        "rootfs": {"type": "layers", "diff_ids": [unpacked]},
    }
    body = {"schemaVersion": 2, "mediaType": _MANIFEST, "config": _blob(to, config, _CONFIG), "layers": [layer]}
    return {**_blob(to, body, _MANIFEST), "platform": {"architecture": arch, "os": "linux"}}


def _layer(to: Path, root: Path, seconds: int) -> tuple[Json, str]:
    """The file system, packed; and the digest that it has unpacked."""
    unpacked, packed = to / "layer.tar", to / "layer.tar.gz"
    same = ("--sort=name", f"--mtime=@{seconds}", "--numeric-owner", "--xattrs", "--format=posix")
    quiet = "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime"
    subprocess.run(["/usr/bin/tar", "-C", str(root), *same, quiet, "-cf", str(unpacked), "."], check=True)  # noqa: S603
    with unpacked.open("rb") as plain, gzip.GzipFile(packed, "wb", compresslevel=6, mtime=0) as out:
        digest = hashlib.sha256()
        while piece := plain.read(1 << 20):
            digest.update(piece)
            out.write(piece)
    unpacked.unlink()
    return _kept(to, packed, _LAYER), f"sha256:{digest.hexdigest()}"


def _blob(to: Path, body: Json, media_type: str) -> Json:
    file = to / "blob"
    file.write_bytes(json.dumps(body, separators=(",", ":"), sort_keys=True).encode())
    return _kept(to, file, media_type)


def _kept(to: Path, file: Path, media_type: str) -> Json:
    with file.open("rb") as opened:
        digest = f"sha256:{hashlib.file_digest(opened, 'sha256').hexdigest()}"
    size = file.stat().st_size
    file.replace(_place(to, digest))
    return {"mediaType": media_type, "digest": digest, "size": size}


def _read(layout: Path, digest: str) -> Json:
    body: Json = json.loads(_place(layout, digest).read_bytes())
    return body


def _place(layout: Path, digest: str) -> Path:
    return layout / "blobs" / Path(*digest.split(":"))
