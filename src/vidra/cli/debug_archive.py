"""Writes texts into a .tar.gz that only its owner may read."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path

from vidra.cli.errors import CommandError


def write_archive(file: Path, parts: Mapping[str, str]) -> None:
    """Write a new archive with a file for each part.

    Raises:
        CommandError: It cannot be written.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out, tarfile.open(fileobj=out, mode="w:gz") as archive:
            for name, text in sorted(parts.items()):
                data = text.encode()
                entry = tarfile.TarInfo(f"vidra-debug/{name}")
                entry.size, entry.mode = len(data), 0o600
                archive.addfile(entry, io.BytesIO(data))
    except OSError as error:
        raise CommandError(f"cannot write {file}: {error.strerror}") from None
