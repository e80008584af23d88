"""The manifest by which krew installs ``kubectl vidra``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from toolchain.release.errors import ReleaseError
from toolchain.release.provenance import sha256

PROGRAM: Final = "kubectl-vidra"
_PLATFORM: Final = re.compile(r"-(linux|darwin)-(amd64|arm64)\.tar\.gz")


def krew_manifest(version: str, archives: Iterable[Path], downloads: str) -> bytes:
    """Return the manifest.

    Args:
        version: As Semantic Versioning writes it.
        archives: The packed command line, one for each platform.
        downloads: Address of the folder that has them.

    Raises:
        ReleaseError: There is none, or one that by its name is of another version or of no platform.
    """
    platforms = [_platform(archive, version, downloads) for archive in sorted(archives)]
    if not platforms:
        raise ReleaseError(
            "There is no packed command line for krew: make one with `python -m toolchain.release.command_line`."
        )
    manifest: dict[str, Any] = {
        "apiVersion": "krew.googlecontainertools.github.com/v1alpha2",
        "kind": "Plugin",
        "metadata": {"name": "vidra"},
        "spec": {
            "version": f"v{version}",
            "homepage": downloads,
            "shortDescription": "See and steer what Vidra applies from Infrahub",
            "description": (
                "Vidra keeps the artifacts of Infrahub, and manifests from other sources, applied in clusters.\n"
                "This shows what is where and why, and what a merge would change; it approves and rolls back.\n"
            ),
            "caveats": "It needs the operator in the cluster: kubectl vidra install, or the chart.\n",
            "platforms": platforms,
        },
    }
    return msgspec.yaml.encode(manifest)


def _platform(archive: Path, version: str, downloads: str) -> dict[str, Any]:
    name = f"{PROGRAM}-{version}"
    found = _PLATFORM.fullmatch(archive.name.removeprefix(name)) if archive.name.startswith(name) else None
    if not found:
        raise ReleaseError(f"{archive.name} is not {name} of a platform: pack the command line of this version.")
    return {
        "selector": {"matchLabels": {"os": found.group(1), "arch": found.group(2)}},
        "uri": f"{downloads}/{archive.name}",
        "sha256": sha256(archive),
        "bin": f"{PROGRAM}/{PROGRAM}",
    }
