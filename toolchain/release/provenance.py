"""Checksums of every file, and a statement of what they were made from (in-toto, SLSA provenance)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

SUMS: Final = "SHA256SUMS"
STATEMENT: Final = "vidra.provenance.json"


def sha256(file: Path) -> str:
    """Return the checksum of a file, in hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def write_sums(folder: Path) -> None:
    """List the checksums of a folder's files, for ``sha256sum --check``."""
    found = sorted(file for file in folder.iterdir() if file.is_file() and file.name != SUMS)
    (folder / SUMS).write_text("".join(f"{sha256(file)}  {file.name}\n" for file in found))


def write_statement(
    folder: Path, *, version: str, commit: str, repository: str, builder: str, images: Mapping[str, str]
) -> None:
    """State what the files of a folder, and the images, were made from.

    Args:
        folder: Its files are what was made.
        version: The version that was asked for.
        commit: What it was made from.
        repository: Address of the repository that has the commit.
        builder: Who made it: an address that names the kind of machine.
        images: Digests of images, by their name.
    """
    made = [
        {"name": file.name, "digest": {"sha256": sha256(file)}} for file in sorted(folder.iterdir()) if file.is_file()
    ]
    made += [{"name": name, "digest": {"sha256": digest.removeprefix("sha256:")}} for name, digest in images.items()]
    statement: dict[str, Any] = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": made,
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": f"{repository}/make-release/v1",
                "externalParameters": {"version": version},
                "resolvedDependencies": [{"uri": f"git+{repository}", "digest": {"gitCommit": commit}}],
            },
            "runDetails": {"builder": {"id": builder}},
        },
    }
    (folder / STATEMENT).write_text(json.dumps(statement, indent=1))
