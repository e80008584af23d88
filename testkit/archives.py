"""Archives, honest and otherwise."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping

Member = str | bytes | tarfile.TarInfo


def archive(files: Mapping[str, Member], mode: str = "w:gz") -> bytes:
    """A tar.gz (or, with `w`, a tar) of files; a TarInfo is put in as it is, under the name of its key."""
    found = io.BytesIO()
    with tarfile.open(fileobj=found, mode=mode) as packed:  # type: ignore[call-overload]
        for name, content in files.items():
            if isinstance(content, tarfile.TarInfo):
                content.name = name
                packed.addfile(content, io.BytesIO(b"\0" * content.size))
                continue
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    return found.getvalue()


def special(kind: bytes, target: str = "") -> tarfile.TarInfo:
    """A member that is no file."""
    info = tarfile.TarInfo()
    info.type, info.linkname = kind, target
    return info
